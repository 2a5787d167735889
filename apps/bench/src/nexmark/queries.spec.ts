import { describe, expect, it } from "@jest/globals";
import type { JobModule } from "@millrace/streams";
import { testJob } from "@millrace/streams/testing";
import { NEXMARK_INPUT, outputOf } from "../../jobs/nexmark/nexmark-job.ts";
import q0 from "../../jobs/nexmark/q0.ts";
import q1 from "../../jobs/nexmark/q1.ts";
import q11 from "../../jobs/nexmark/q11.ts";
import q18 from "../../jobs/nexmark/q18.ts";
import q2 from "../../jobs/nexmark/q2.ts";
import q20 from "../../jobs/nexmark/q20.ts";
import q3 from "../../jobs/nexmark/q3.ts";
import q4 from "../../jobs/nexmark/q4.ts";
import q5 from "../../jobs/nexmark/q5.ts";
import q7 from "../../jobs/nexmark/q7.ts";
import q8 from "../../jobs/nexmark/q8.ts";
import type { NexmarkEvent } from "./events.ts";
import { nexmarkEvent } from "./generator.ts";
import { ORACLE } from "./oracle.ts";
import { keyOfResult, NEXMARK_QUERIES, type NexmarkQuery, textOfResult } from "./queries.ts";

const JOBS: Readonly<Record<string, JobModule>> = { q0, q1, q2, q3, q4, q5, q7, q8, q11, q18, q20 };
const COUNT = 6_000;
const BATCH = 1_300;
/** Half a minute of event time: windows turn, and a group of 100 lies well within the watermark's delay. */
const EVENTS_PER_SECOND = 200;

const eventsOf = (group: number): readonly NexmarkEvent[] =>
  Array.from({ length: COUNT }, (_, k) => nexmarkEvent(k, { seed: 3, eventsPerSecond: EVENTS_PER_SECOND, group }));

async function resultsOf(query: NexmarkQuery, events: readonly NexmarkEvent[], partitions: number): Promise<string[]> {
  const module = JOBS[query.name];
  if (module === undefined) throw new Error(`no job of ${query.name}`);
  const test = testJob(module, { partitions });
  for (let k = 0; k < COUNT; k += BATCH) await test.send(NEXMARK_INPUT, ...events.slice(k, k + BATCH)).batch();
  await test.end();
  const results = test.takeValues(outputOf(query.name)) as readonly Readonly<Record<string, unknown>>[];
  if (query.key === undefined) return results.map((result) => textOfResult(query, result)).sort();
  return [...new Map(results.map((result) => [keyOfResult(query, result), textOfResult(query, result)])).values()].sort();
}

describe("jobs of Nexmark's queries", () => {
  const check = async (query: NexmarkQuery, { group, partitions }: { group: number; partitions: number }): Promise<void> => {
    const events = eventsOf(group);
    const expected = (ORACLE[query.name]?.(events) ?? []).map((row) => JSON.stringify(row)).sort();
    expect(expected.length).toBeGreaterThan(0);
    expect(await resultsOf(query, events, partitions)).toEqual(expected);
  };

  it.each(NEXMARK_QUERIES)("$name gives what plain loops give, in order and one partition", async (query) => {
    await check(query, { group: 1, partitions: 1 });
  });

  it.each(NEXMARK_QUERIES)("$name gives the same out of order, in 7 partitions", async (query) => {
    await check(query, { group: 100, partitions: 7 });
  });
});
