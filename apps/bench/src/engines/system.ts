import { AppError } from "@millrace/model";
import { kafkaLoad } from "../kafka/kafka-client.ts";
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

/** One system of a comparison: an engine with the broker that it reads from and writes to. */
export interface System {
  readonly name: string;
  /** Of its broker, for Kafka clients. */
  readonly servers: string;
  /** What an end of the work meant. */
  readonly acknowledgement: string;
  run(work: Work, options: { readonly writtenRecords: number; readonly folder: string }): Promise<EngineRun>;
}

/** A fresh topic. */
export async function makeTopic(servers: string, topic: string): Promise<void> {
  await kafkaLoad(["topic", servers, topic, PARTITIONS]);
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
