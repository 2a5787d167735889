import { readRecordFile, RecordFileWriter } from "./record-file.ts";
import { PARTITIONS, type Prepared, type Work } from "./work.ts";
import { outputOf, NEXMARK_INPUT } from "../../jobs/nexmark/nexmark-job.ts";
import type { NexmarkEvent } from "../nexmark/events.ts";
import { NEXMARK_DEFAULTS, nexmarkEvent } from "../nexmark/generator.ts";
import { ORACLE } from "../nexmark/oracle.ts";
import { keyOfResult, NEXMARK_QUERIES, type NexmarkQuery, textOfResult } from "../nexmark/queries.ts";
import { ResultSum } from "./result-sum.ts";

const EVENTS = { full: 2_000_000, quick: 60_000 };

/** Nexmark's queries, from JSON in one topic to JSON in another. */
export const NEXMARK_WORKS: readonly Work[] = NEXMARK_QUERIES.map((query) => ({
  name: query.name,
  about: `Nexmark ${query.name}, ${query.about}`,
  row: "13",
  module: `nexmark/${query.name}.ts`,
  programs: { flink: "NexmarkSql" },
  input: NEXMARK_INPUT,
  output: outputOf(query.name),
  prepare: ({ path, quick }) => Promise.resolve(prepare(query, path, quick ? EVENTS.quick : EVENTS.full)),
}));

function prepare(query: NexmarkQuery, path: string | undefined, count: number): Prepared {
  const { events, payloadBytes } = eventsOf(count, path);
  const rows = ORACLE[query.name]?.(events) ?? [];
  return {
    records: count,
    writtenRecords: count,
    payloadBytes,
    ...(query.key === undefined ? checkOfRows(query, rows) : checkOfLatest(query, rows)),
  };
}

/** Made once for all queries, and written if they are not in a topic yet. */
let made: { readonly events: readonly NexmarkEvent[]; readonly payloadBytes: number } | undefined;

function eventsOf(count: number, path: string | undefined): NonNullable<typeof made> {
  if (made?.events.length === count && path === undefined) return made;
  const events = Array.from({ length: count }, (_, k) => nexmarkEvent(k, NEXMARK_DEFAULTS));
  const file = path === undefined ? undefined : new RecordFileWriter(path);
  for (const [k, event] of events.entries())
    file?.add({ partition: k % PARTITIONS, value: JSON.stringify(event), timestampMs: event.dateTime });
  file?.close();
  return (made = { events, payloadBytes: file?.payloadBytes ?? made?.payloadBytes ?? 0 });
}

type Check = Pick<Prepared, "results" | "verify" | "verified">;

/** Every result stays: their number and a checksum over all, in any order. */
function checkOfRows(query: NexmarkQuery, rows: readonly (readonly unknown[])[]): Check {
  const expected = new ResultSum();
  for (const row of rows) expected.add(JSON.stringify(row));
  return {
    results: rows.length,
    verified: `${rows.length.toLocaleString("en")} results, by number and checksum, equal to those of an independent computation`,
    verify: (path) => {
      const found = new ResultSum();
      for (const result of resultsIn(path)) found.add(textOfResult(query, result));
      return found.differences(expected);
    },
  };
}

/** Later results replace earlier ones; where several events at one time could be the last, any of them may be. */
function checkOfLatest(query: NexmarkQuery, rows: readonly (readonly unknown[])[]): Check {
  const expected = new Map<string, Set<string>>();
  for (const row of rows) {
    const key = keyOfResult(query, Object.fromEntries(query.columns.map((column, index) => [column, row[index]])));
    expected.set(key, (expected.get(key) ?? new Set()).add(JSON.stringify(row)));
  }
  return {
    results: expected.size,
    verified: `the last result of each of ${expected.size.toLocaleString("en")} keys equal to that of an independent computation`,
    verify: (path) => {
      const latest = new Map<string, string>();
      for (const result of resultsIn(path)) latest.set(keyOfResult(query, result), textOfResult(query, result));
      const wrong = [...latest].filter(([key, text]) => expected.get(key)?.has(text) !== true).length;
      const missing = [...expected.keys()].filter((key) => !latest.has(key)).length;
      return Object.entries({ wrong, missing }).flatMap(([what, count]) =>
        count > 0 ? [`${count} of ${expected.size} last results are ${what}`] : [],
      );
    },
  };
}

function* resultsIn(path: string): Generator<Readonly<Record<string, unknown>>> {
  const decoder = new TextDecoder();
  for (const { value } of readRecordFile(path)) yield JSON.parse(decoder.decode(value)) as Readonly<Record<string, unknown>>;
}
