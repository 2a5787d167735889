import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const SLOW_JOB = "slow-sink";
export const SLOW_INPUT = "slow-in";
/** Records that the sink takes in a second. */
export const SINK_RATE = 500;

/** Writes a job whose sink takes so many records a second and no more; returns its path. */
export function writeSlowJob(folder: string): string {
  const path = join(folder, "slow-sink.ts");
  writeFileSync(
    path,
    `import { job, json, kafka, milliseconds } from "@millrace/streams";

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export default job(
  ${JSON.stringify(SLOW_JOB)},
  (ctx) => {
    const numbers = ctx.source(kafka(${JSON.stringify(SLOW_INPUT)}, { value: json<{ id: number; text: string }>() })).named("numbers");
    numbers.foreachBatch(async (batch) => {
      await sleep((batch.length * 1_000) / ${SINK_RATE});
    });
  },
  { batchInterval: milliseconds(500) },
);
`,
  );
  return path;
}
