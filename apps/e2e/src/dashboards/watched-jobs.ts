import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const ORDERS = "orders";
export const SENSORS = "sensors";
/** Of `sleepy`, and how much comes. */
export const SLEEPY_RATE = 100;

interface JobSource {
  /** Imported from the SDK, beside what every job needs. */
  readonly imports: string;
  readonly body: string;
  readonly options: string;
}

const READ_ORDERS = `ctx.source(kafka("${ORDERS}", { value: json<Order>() })).named("orders")`;

/** Jobs by name: one that is well, and those that go wrong in one way each. */
const JOBS = {
  /** Event time, a shuffle, state, checkpoints and a topic as its sink. */
  revenue: {
    imports: "pair, seconds, sum",
    body: `${READ_ORDERS}
      .withEventTime((order) => order.at, { watermark: seconds(2) })
      .map(({ shop, amount }) => pair(shop, amount))
      .windowByTime({ tumbling: seconds(5) })
      .aggregateByKey(sum())
      .named("revenue")
      .to(kafka("revenue", { value: json() }))
      .named("written");`,
    options: "checkpointInterval: seconds(2)",
  },
  /** Only one partition of its source gets records, and the other holds the watermark. */
  stalled: {
    imports: "minutes, pair, seconds, sum",
    body: `ctx.source(kafka("${SENSORS}", { value: json<Order>() })).named("sensors")
      .withEventTime((order) => order.at, { watermark: seconds(1), idleAfter: minutes(60) })
      .map(({ shop, amount }) => pair(shop, amount))
      .windowByTime({ tumbling: seconds(5) })
      .aggregateByKey(sum())
      .to(kafka("stalled-sums", { value: json() }));`,
    options: "",
  },
  /** Its sink never answers. */
  stuck: {
    imports: "",
    body: `${READ_ORDERS}.foreachBatch(() => new Promise<void>(() => undefined));`,
    options: "checkpointInterval: milliseconds(1_000)",
  },
  /** Its sink takes half of what comes. */
  sleepy: {
    imports: "",
    body: `${READ_ORDERS}.foreachBatch((batch) => new Promise<void>((resolve) => setTimeout(resolve, (batch.length * 1_000) / ${SLEEPY_RATE})));`,
    options: "",
  },
  /** A record that it cannot read fails it. */
  poisoned: {
    imports: "",
    body: `ctx.source(kafka("poison", { value: json<Order>() })).to(kafka("revenue", { value: json() }));`,
    options: "",
  },
} as const satisfies Readonly<Record<string, JobSource>>;

export type WatchedJob = keyof typeof JOBS;

/** Writes the job's module; returns its path. */
export function writeWatchedJob(folder: string, name: WatchedJob): string {
  const { imports, body, options } = JOBS[name];
  const path = join(folder, `${name}.ts`);
  writeFileSync(
    path,
    `import { job, json, kafka, milliseconds${imports === "" ? "" : `, ${imports}`} } from "@millrace/streams";

interface Order { readonly shop: string; readonly amount: number; readonly at: number }

export default job(
  ${JSON.stringify(name)},
  (ctx) => {
    ${body}
  },
  { batchInterval: milliseconds(500), slots: 2${options === "" ? "" : `, ${options}`} },
);
`,
  );
  return path;
}
