import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COUNTED } from "./counted.ts";

/** Names that the job and its checks share. */
export const SINKS = {
  input: "sink-numbers",
  topic: "sink-results",
  table: "sink_results",
  foreignTopic: "foreign-results",
  redisStream: "results",
} as const;

/** Number of keys; a key's records are in one partition, in order of their numbers. */
export const KEYS = 97;

/** What a record becomes: its number, and how many its key has had so far, which only undamaged state knows. */
export interface SinkResult {
  readonly id: number;
  readonly nth: number;
}

/** Where the job's sinks are. */
export interface SinkPlaces {
  readonly folder: string;
  readonly filesFolder: string;
  readonly postgresUrl: string;
  readonly redisUrl: string;
  readonly foreignAddress: string;
}

/** Writes the job's module: state by key, a second shuffle, and every kind of sink behind it; returns its path. */
export function writeSinksJob(places: SinkPlaces): string {
  const path = join(places.folder, "five-sinks.ts");
  const { filesFolder, postgresUrl, redisUrl, foreignAddress } = places;
  writeFileSync(
    path,
    `import { files, foreignKafka, job, json, kafka, milliseconds, pair, postgres, redis, StateSpec } from "@millrace/streams";

${COUNTED}

export default job(
  "five-sinks",
  (ctx) => {
    const results = ctx
      .source(kafka(${JSON.stringify(SINKS.input)}, { value: json<number>() }))
      .map((id) => pair(id % ${KEYS}, id))
      .mapWithState(counted)
      .named("counted")
      .map((result) => pair(result.id % 13, result))
      .groupByKey()
      .flatMap(([, group]) => group);
    results.to(kafka(${JSON.stringify(SINKS.topic)}, { value: json<Result>() })).named("topic");
    results.to(files<Result>(${JSON.stringify(filesFolder)}, { format: "json", partitionBy: ({ id }) => \`remainder=\${id % 3}\` })).named("files");
    results.to(postgres<Result>({ url: ${JSON.stringify(postgresUrl)}, table: ${JSON.stringify(SINKS.table)}, columns: ["id", "nth"] })).named("table");
    results.to(foreignKafka(${JSON.stringify(SINKS.foreignTopic)}, { cluster: { bootstrap: [${JSON.stringify(foreignAddress)}] }, value: json<Result>() })).named("foreign");
    results
      .map((result) => pair(${JSON.stringify(SINKS.redisStream)}, { ...result }))
      .to(redis({ url: ${JSON.stringify(redisUrl)}, as: "stream" }))
      .named("redis");
  },
  { batchInterval: milliseconds(200), checkpointInterval: milliseconds(1_000), slots: 4, restartsMax: 3_600, maxRecordsPerBatch: 2_000 },
);
`,
  );
  return path;
}
