import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { KEYS, SINKS } from "../sinks/sinks-job.ts";

/** Lines that a version of the job adds to the others. */
export interface JobVersion {
  /** Name of the file. */
  readonly version: string;
  /** After `counted`, before the sink. */
  readonly more?: string;
  /** Bytes beside each count: with some thousands parts of a checkpoint are too big for the store. */
  readonly padBytes?: number;
  readonly checkpointPath?: string;
  readonly checkpointIntervalMs?: number;
  /** False: without the operator that counts. */
  readonly counts?: boolean;
  readonly maxRecordsPerBatch?: number;
}

export const COUNTING_JOB = "counting";

/** Writes a version of a job that numbers what each key has had (state), shuffles twice and writes to a topic; returns its path. */
export function writeCountingJob(
  folder: string,
  { version, more = "", counts = true, padBytes = 0, checkpointPath, checkpointIntervalMs = 5_000, maxRecordsPerBatch = 4_000 }: JobVersion,
): string {
  const file = join(folder, `counting-${version}.ts`);
  const path = checkpointPath === undefined ? "" : `checkpointPath: ${JSON.stringify(checkpointPath)}, `;
  writeFileSync(
    file,
    `import { job, json, kafka, milliseconds, pair, StateSpec } from "@millrace/streams";

interface Result { readonly id: number; readonly nth: number }
interface Counted { readonly nth: number; readonly pad: string }

const counted = StateSpec.function<number, number, Counted, Result>((_time, _key, id, state) => {
  const nth = (state.getOption()?.nth ?? 0) + 1;
  state.update({ nth, pad: "-".repeat(${padBytes}) });
  return { id: id ?? -1, nth };
});

export default job(
  ${JSON.stringify(COUNTING_JOB)},
  (ctx) => {
    const numbers = ctx.source(kafka(${JSON.stringify(SINKS.input)}, { value: json<number>() })).named("numbers");
    const results = numbers
      .map((id) => pair(id % ${KEYS}, id))
      ${counts ? `.mapWithState(counted).named("counted")` : `.map(([, id]): Result => ({ id, nth: 0 }))`}
      .map((result) => pair(result.id % 13, result))
      .groupByKey()
      .flatMap(([, group]) => group);
    ${more}
    results.to(kafka(${JSON.stringify(SINKS.topic)}, { value: json<Result>() })).named("results");
  },
  { batchInterval: milliseconds(200), checkpointInterval: milliseconds(${checkpointIntervalMs}), ${path}slots: 12, restartsMax: 3_600, maxRecordsPerBatch: ${maxRecordsPerBatch} },
);
`,
  );
  return file;
}
