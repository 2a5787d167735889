import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COUNTED } from "../sinks/counted.ts";
import { KEYS } from "../sinks/sinks-job.ts";

/** Topics of the other cluster, the second of which is made while the job runs, and the job's own output for each. */
export const FOREIGN = [
  { input: "numbers-0", output: "results-0" },
  { input: "numbers-1", output: "results-1" },
] as const;

/** Writes a job's module that reads every topic of another cluster that matches a pattern, and numbers what each key of each topic has had; returns its path. */
export function writeForeignJob(folder: string, kafkaAddress: string): string {
  const path = join(folder, "foreign-source.ts");
  writeFileSync(
    path,
    `import { foreignKafka, job, json, kafka, milliseconds, pair, StateSpec } from "@millrace/streams";

${COUNTED}

export default job(
  "foreign-source",
  (ctx) => {
    const records = ctx
      .source(foreignKafka(/numbers-[0-9]/, { cluster: { bootstrap: [${JSON.stringify(kafkaAddress)}] }, elements: "record", value: json<number>(), splits: 3 }))
      .named("numbers");
    for (const { input, output } of ${JSON.stringify(FOREIGN)})
      records
        .filter(({ topic }) => topic === input)
        .map(({ value }) => pair(value % ${KEYS}, value))
        .mapWithState(counted)
        .named("counted-" + input)
        .to(kafka(output, { value: json<Result>() }));
  },
  { batchInterval: milliseconds(200), checkpointInterval: milliseconds(2_000), slots: 4, restartsMax: 3_600 },
);
`,
  );
  return path;
}
