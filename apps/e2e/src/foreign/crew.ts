import type { WorkerRole } from "./worker-spec.ts";

/** Which program with which client plays which part. */
export interface Part {
  readonly client: "confluent-kafka" | "kafka-python" | "kafkajs" | "platformatic" | "millrace";
  readonly role: WorkerRole;
  /** Of members: several parts in one group share its name; a group is of one protocol. */
  readonly group?: string;
  readonly protocol?: string;
  /** Works on the topic that has no transactions. */
  readonly isPlain?: boolean;
}

/** Everybody who comes and goes in a rolling day: each line is one seat, taken by one worker after another. */
export const CREW: readonly Part[] = [
  { client: "confluent-kafka", role: "lanes" },
  { client: "kafka-python", role: "lanes", isPlain: true },
  { client: "kafkajs", role: "lanes" },
  { client: "platformatic", role: "lanes", isPlain: true },
  { client: "millrace", role: "lanes" },
  { client: "confluent-kafka", role: "transactions" },
  { client: "kafka-python", role: "transactions" },
  { client: "kafkajs", role: "transactions" },
  { client: "millrace", role: "transactions" },
  { client: "confluent-kafka", role: "members", group: "range", protocol: "range" },
  { client: "kafka-python", role: "members", group: "range", protocol: "range" },
  { client: "confluent-kafka", role: "members", group: "sticky", protocol: "cooperative-sticky" },
  { client: "confluent-kafka", role: "members", group: "sticky", protocol: "cooperative-sticky" },
  { client: "confluent-kafka", role: "members", group: "next", protocol: "consumer" },
  { client: "confluent-kafka", role: "members", group: "next", protocol: "consumer" },
  // Its 2.2.4 drops the records of one aborted transaction only of those that are open where a fetch begins (one `shift` a message).
  { client: "kafkajs", role: "members", group: "kafkajs", isPlain: true },
  // Its 2.12.1 hands out aborted records whatever the isolation level: it does not look at the list of aborted transactions.
  { client: "platformatic", role: "members", group: "platformatic", isPlain: true },
  { client: "kafka-python", role: "members", group: "plain", protocol: "range", isPlain: true },
  { client: "confluent-kafka", role: "copiers", group: "copiers", protocol: "range" },
  { client: "confluent-kafka", role: "copiers", group: "copiers", protocol: "range" },
  { client: "confluent-kafka", role: "readers" },
  { client: "kafka-python", role: "readers" },
  { client: "millrace", role: "readers" },
];

/** How each client's program is started. */
export const PROGRAMS: Readonly<Record<Part["client"], { readonly runtime: "python" | "node"; readonly file: string }>> = {
  "confluent-kafka": { runtime: "python", file: "confluent_worker.py" },
  "kafka-python": { runtime: "python", file: "kafka_python_worker.py" },
  kafkajs: { runtime: "node", file: "kafkajs-worker.mjs" },
  platformatic: { runtime: "node", file: "platformatic-worker.mjs" },
  millrace: { runtime: "node", file: "" },
};
