import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { KEYS } from "../sinks/sinks-job.ts";

/** Names that the job and its checks share. */
export const SOURCES = { lines: "folder-results", rows: "rate-results", rowsPerSecond: 500 } as const;

/** Writes a job's module that reads a folder and a rate generator, numbers what each key has had (state), and writes two topics; returns its path. */
export function writeSourcesJob(folder: string, watched: string): string {
  const path = join(folder, "two-sources.ts");
  writeFileSync(
    path,
    `import { job, json, kafka, milliseconds, pair, StateSpec } from "@millrace/streams";

interface Result { readonly id: number; readonly nth: number }

const counted = StateSpec.function<number, number, number, Result>((_time, _key, id, state) => {
  const nth = (state.getOption() ?? 0) + 1;
  state.update(nth);
  return { id: id ?? -1, nth };
});

export default job(
  "two-sources",
  (ctx) => {
    ctx
      .folder<number>(${JSON.stringify(watched)}, { format: "json" })
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
  },
  { batchInterval: milliseconds(200), checkpointInterval: milliseconds(2_000), slots: 4, restartsMax: 3_600 },
);
`,
  );
  return path;
}
