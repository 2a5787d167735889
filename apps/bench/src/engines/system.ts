import { AppError } from "@millrace/model";
import { kafkaLoad } from "../kafka/kafka-client.ts";
import type { TreeUsage } from "../measure/process-tree.ts";
import type { Usage } from "./usage-meter.ts";
import { PARTITIONS, type Work } from "./work.ts";

/** How one system did one piece of work. */
export interface EngineRun {
  /** From the hand-over (the program is there and says what is to be done) until all output is committed. */
  readonly seconds: number;
  /** From the start of the engine's own process, or of ours that submits the job. */
  readonly wholeSeconds: number;
  /** Of all processes that exist for this work only. */
  readonly engine: Usage;
  /** Of the broker that it reads and writes. */
  readonly broker: Usage;
  readonly problems: readonly string[];
  readonly settings: Readonly<Record<string, string | number>>;
}

/** What a reader of a copy may count on. */
export type Guarantee = "exactly-once" | "at-least-once";

/** A program that copies values from one topic to another, as they come. */
export interface Copier {
  /** Of all processes that exist for it only. */
  readonly engine: () => TreeUsage;
  readonly broker: () => TreeUsage;
  /** Isolation level of a reader that gets the guarantee. */
  readonly isolation: "read_committed" | "read_uncommitted";
  readonly acknowledgement: string;
  readonly settings: Readonly<Record<string, string | number>>;
  stop(): Promise<void>;
}

/** One system of a comparison: an engine with the broker that it reads from and writes to. */
export interface System {
  readonly name: string;
  /** Of its broker, for Kafka clients. */
  readonly servers: string;
  /** What an end of the work meant. */
  readonly acknowledgement?: string;
  /** Absent: it only copies. */
  run?(work: Work, options: { readonly writtenRecords: number; readonly folder: string }): Promise<EngineRun>;
  /** Absent: it does not copy. */
  startCopy?(guarantee: Guarantee, options: { readonly folder: string }): Promise<Copier>;
  /** Settings of topics that are not synced before an answer. */
  readonly unsynced: readonly string[];
}

/** Records of these topics are of years ago: a server that keeps a week of them would delete them while they are read. */
const KEPT = "retention.ms=-1";

/** A fresh topic. */
export async function makeTopic(servers: string, topic: string, settings: readonly string[] = []): Promise<void> {
  await kafkaLoad(["topic", servers, topic, PARTITIONS, KEPT, ...settings]);
}

/** Fills a topic from a file of records; all of them must be acknowledged. */
export async function writeTopic(servers: string, topic: string, path: string): Promise<void> {
  await makeTopic(servers, topic);
  const written = (await kafkaLoad(["write", servers, topic, path], undefined, "kafka-files")) as { records: number; acknowledged: number };
  if (written.acknowledged !== written.records)
    throw topicError(`${written.records} records written to ${topic}, ${written.acknowledged} acknowledged`);
}

/** All committed records of a topic into a file. */
export async function readTopic(
  servers: string,
  { topic, expected, path }: { topic: string; expected: number; path: string },
): Promise<void> {
  const read = (await kafkaLoad(["read", servers, topic, PARTITIONS, expected, path], undefined, "kafka-files")) as { isAtEnd: boolean };
  if (!read.isAtEnd) throw topicError(`${topic} was not read to its end`);
}

function topicError(message: string): AppError {
  return new AppError({ kind: "unavailable", code: "kafka-client-failed", message });
}
