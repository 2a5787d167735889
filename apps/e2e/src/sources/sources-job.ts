import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COUNTED } from "../sinks/counted.ts";
import { KEYS } from "../sinks/sinks-job.ts";

/** Names that the job and its checks share. */
export const SOURCES = {
  lines: "folder-results",
  rows: "rate-results",
  rowsPerSecond: 500,
  sent: "hook-numbers",
  hooks: "hook-results",
} as const;

/** Writes a job's module that reads a folder and a rate generator, numbers what each key has had (state), and writes a topic of each; a webhook beside them. Returns its path. */
export function writeSourcesJob(folder: string, from: { readonly watched: string; readonly port: number }): string {
  const path = join(folder, "two-sources.ts");
  writeFileSync(
    path,
    `import { job, json, kafka, milliseconds, pair, StateSpec } from "@millrace/streams";

${COUNTED}

export default job(
  "two-sources",
  (ctx) => {
    ctx
      .folder<number>(${JSON.stringify(from.watched)}, { format: "json" })
      .named("lines")
      .map((id) => pair(id % ${KEYS}, id))
      .mapWithState(counted)
      .named("counted-lines")
      .to(kafka(${JSON.stringify(SOURCES.lines)}, { value: json<Result>() }));
    ctx
      .rate({ rowsPerSecond: ${SOURCES.rowsPerSecond}, splits: 1 })
      .named("rows")
      .map(({ value }) => pair(value % ${KEYS}, value))
      .mapWithState(counted)
      .named("counted-rows")
      .to(kafka(${JSON.stringify(SOURCES.rows)}, { value: json<Result>() }));
    ctx
      .webhook({ host: "127.0.0.1", port: ${from.port}, path: "/numbers", topic: ${JSON.stringify(SOURCES.sent)}, value: json<number>() })
      .named("hook")
      .map((id): Result => ({ id, nth: 1 }))
      .to(kafka(${JSON.stringify(SOURCES.hooks)}, { value: json<Result>() }));
  },
  { batchInterval: milliseconds(200), checkpointInterval: milliseconds(2_000), slots: 4, restartsMax: 3_600 },
);
`,
  );
  return path;
}
