import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { kafkaLoad } from "../kafka/kafka-client.ts";
import type { PageCache } from "./page-cache.ts";

/** A server keeps the files of deleted topics for a second (`log.segment.delete.delay.ms`, see `kafka-home.ts`), and then takes its time. */
const DELETION_MS = 3_000;

export interface EvenGroundOptions {
  readonly pageCache: PageCache | undefined;
  /** Bootstrap address of a server that goes on from load to load: its topics of the bench are deleted. */
  readonly servers?: string;
  readonly progress: (text: string) => void;
}

/**
 * Before each load of a comparison, whoever is next: nothing of earlier loads is left in a server, nothing waits to be written back (a server that never syncs leaves gigabytes to the next
 * one's time), and memory is as full as it is on any machine that has been up for long.
 */
export async function evenGround({ pageCache, servers, progress }: EvenGroundOptions): Promise<void> {
  if (servers !== undefined) {
    const { deleted } = (await kafkaLoad(["clear", servers, TOPIC_PREFIX])) as { readonly deleted: number };
    if (deleted > 0) await new Promise((resolve) => setTimeout(resolve, DELETION_MS));
  }
  await promisify(execFile)("sync");
  if (pageCache === undefined) return;
  const { freeBefore, free } = await pageCache.fill();
  progress(`free memory ${megabytes(freeBefore)} MB, after filling the page cache ${megabytes(free)} MB`);
}

/** Every load's topics begin so. */
const TOPIC_PREFIX = "bench-";

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
