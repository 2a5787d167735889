/** A figure of a measurement, so named that a table needs no legend. */
export type Figure =
  | "records/s"
  | "server CPU s/GB"
  | "p50 ms"
  | "p99 ms"
  /** User and system time of all server processes, the broker's too. */
  | "CPU s/M records"
  /** Without the broker. */
  | "engine CPU s/M records"
  | "engine memory MB"
  /** From the start of the process to the first acknowledged record. */
  | "start s"
  | "idle cores"
  /** Plateau of all server processes. */
  | "memory MB"
  | "write s"
  | "make and write s";

/** What is meant to be reached: ours over theirs. */
export interface Goal {
  readonly figure: Figure;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One comparison: a measurement of ours beside one of theirs, in the same rounds. */
export interface Row {
  readonly id: string;
  readonly what: string;
  /** Name of the load, and of the measurement that it gives. */
  readonly ours: readonly [load: string, measurement: string];
  readonly theirs: readonly [load: string, measurement: string];
  readonly goals: readonly Goal[];
}

const same = (load: string, measurement = load): Pick<Row, "ours" | "theirs"> => ({
  ours: [load, measurement],
  theirs: [load, measurement],
});
const rate = (atLeast: number): Goal => ({ figure: "records/s", atLeast });
const cpu = (atMost: number): Goal => ({ figure: "server CPU s/GB", atMost });

/** The comparisons of a broker with another of Kafka's protocol. Where a row syncs, both do; where it does not, neither, but for row 5. */
export const ROWS: readonly Row[] = [
  {
    id: "1a",
    what: "produce 100 B, one librdkafka client with defaults, nobody syncs",
    ...same("kafka-100-interval", "kafka-produce-100-interval"),
    goals: [rate(1), cpu(0.4)],
  },
  {
    id: "1b",
    what: "produce 100 B in encoded batches over 8 raw connections, nobody syncs",
    ...same("kafka-raw-100"),
    goals: [rate(1.8), cpu(0.35)],
  },
  {
    id: "2a",
    what: "produce 1 KiB, one librdkafka client with defaults, nobody syncs",
    ...same("kafka-1024-interval", "kafka-produce-1024-interval"),
    goals: [rate(1), cpu(0.5)],
  },
  {
    id: "2b",
    what: "produce 1 KiB in encoded batches over 8 raw connections, nobody syncs",
    ...same("kafka-raw-1024"),
    goals: [rate(2), cpu(0.35)],
  },
  {
    id: "3",
    what: "recent records in fetches of 1 MiB, 6 raw connections",
    ...same("kafka-raw-fetch-recent-1m"),
    goals: [rate(1), cpu(1)],
  },
  {
    id: "3",
    what: "recent records in fetches of 256 KiB, 6 raw connections",
    ...same("kafka-raw-fetch-recent-256k"),
    goals: [rate(1), cpu(1)],
  },
  {
    id: "3",
    what: "recent records in fetches of 64 KiB, 6 raw connections",
    ...same("kafka-raw-fetch-recent-64k"),
    goals: [rate(1), cpu(1)],
  },
  {
    id: "3",
    what: "older records out of the page cache, fetches of 1 MiB, 6 raw connections",
    ...same("kafka-raw-fetch-cold-1m"),
    goals: [rate(0.7)],
  },
  {
    id: "3",
    what: "consume a whole log of 100 B records out of the page cache, one librdkafka client with defaults",
    ...same("kafka-100-interval", "kafka-consume-100-interval"),
    goals: [rate(0.7)],
  },
  {
    id: "3",
    what: "consume a whole log of 1 KiB records out of the page cache, one librdkafka client with defaults",
    ...same("kafka-1024-interval", "kafka-consume-1024-interval"),
    goals: [rate(0.7)],
  },
  {
    id: "4a",
    what: "produce 100 B, one librdkafka client with defaults, both sync before they answer",
    ...same("kafka-100-ack", "kafka-produce-100-ack"),
    goals: [rate(4)],
  },
  {
    id: "4b",
    what: "single records over 128 raw connections, one request under way each, both sync before they answer",
    ...same("kafka-raw-single-128-ack"),
    goals: [rate(7), { figure: "p99 ms", atMost: 0.25 }],
  },
  {
    id: "5",
    what: "as shipped: row 1b, ours syncs before it answers, theirs never",
    ours: ["kafka-raw-100-ack", "kafka-raw-100-ack"],
    theirs: ["kafka-raw-100", "kafka-raw-100"],
    goals: [rate(0.8)],
  },
  {
    id: "6",
    what: "end to end at 1,000/s without linger, librdkafka",
    ...same("kafka-latency-1000-interval"),
    goals: [{ figure: "p50 ms", atMost: 1 }, { figure: "p99 ms", atMost: 1 }, cpu(0.5)],
  },
  {
    id: "7",
    what: "single records over 8 raw connections, 8 requests under way each, nobody syncs",
    ...same("kafka-raw-single-64"),
    goals: [rate(4), cpu(0.2)],
  },
  {
    id: "8",
    what: "from the start of the process on an empty store to the first record; then nobody asks",
    ...same("kafka-start"),
    goals: [
      { figure: "start s", atMost: 0.15 },
      { figure: "idle cores", atMost: 0.2 },
    ],
  },
  {
    id: "8",
    what: "memory while row 1a is written",
    ...same("kafka-100-interval", "kafka-produce-100-interval"),
    goals: [{ figure: "memory MB", atMost: 0.25 }],
  },
  {
    id: "9",
    what: "1,000 topics, one record into each from one librdkafka client; as shipped: ours syncs",
    ...same("kafka-topics"),
    goals: [
      { figure: "write s", atMost: 0.3 },
      { figure: "make and write s", atMost: 0.3 },
    ],
  },
];
