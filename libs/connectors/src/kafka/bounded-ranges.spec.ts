import { describe, expect, it } from "@jest/globals";
import { boundedRanges, type EndingOffsets, type StartingOffsets } from "./bounded-ranges.ts";
import { EARLIEST, LATEST } from "./offset-times.ts";

/** Partition 0 of `t` holds [2, 10), partition 1 [0, 5); offset n was written at 1,000 n. */
const LOGS: Readonly<Record<string, readonly [number, number]>> = { "t/0": [2, 10], "t/1": [0, 5], "u/0": [0, 1] };

const log = {
  topics: () => Promise.resolve(["t", "u"]),
  partitionCount: (topic: string) => Promise.resolve(Object.keys(LOGS).filter((key) => key.startsWith(`${topic}/`)).length),
  offsetsAt: (partitions: readonly { topic: string; partition: number }[], at: bigint) =>
    Promise.resolve(
      new Map(
        partitions.map(({ topic, partition }) => {
          const [first, end] = LOGS[`${topic}/${partition}`] ?? [0, 0];
          const found = Math.max(first, Math.ceil(Number(at) / 1_000));
          return [`${topic}/${partition}`, at === EARLIEST ? first : at === LATEST ? end : found < end ? found : -1] as const;
        }),
      ),
    ),
};

function ranges(of: {
  start?: StartingOffsets;
  end?: EndingOffsets;
  names?: string[];
  pattern?: RegExp;
  partitions?: number[];
  loss?: boolean;
}) {
  const { start = "earliest", end = "latest", names = ["t"], pattern, partitions, loss = false } = of;
  const choice = { names: pattern === undefined ? names : [], pattern, partitions: partitions && new Set(partitions) };
  return boundedRanges(log, { choice, startingOffsets: start, endingOffsets: end, failOnDataLoss: !loss }).then((found) =>
    found.map(({ topic, partition, start: from, end: to }) => `${topic}-${partition} ${from}..${to}`),
  );
}

describe("boundedRanges", () => {
  it.each([
    ["all that is there", {}, ["t-0 2..10", "t-1 0..5"]],
    ["between two times", { start: new Date(3_000), end: new Date(7_000) }, ["t-0 3..7", "t-1 3..5"]],
    ["nothing, when all is older", { start: new Date(60_000) }, ["t-0 10..10", "t-1 5..5"]],
    ["named offsets", { start: { t: { 0: 4, 1: 1 } }, end: { t: { 0: 6, 1: 1 } } }, ["t-0 4..6", "t-1 1..1"]],
    ["an end before the start in time", { start: new Date(9_000), end: new Date(3_000) }, ["t-0 9..9", "t-1 5..5"]],
    ["some partitions", { partitions: [1] }, ["t-1 0..5"]],
    ["topics of a pattern", { pattern: /^(?:[tu])$/ }, ["t-0 2..10", "t-1 0..5", "u-0 0..1"]],
    ["what is left of a range, if that is asked for", { start: { t: { 0: 0, 1: 0 } }, loss: true }, ["t-0 2..10", "t-1 0..5"]],
  ])("gives %s", async (_, of, expected) => {
    expect(await ranges(of)).toEqual(expected);
  });

  it.each([
    ["records that are gone", { start: { t: { 0: 0, 1: 0 } } }, "foreign-records-gone"],
    ["an end that is not there", { end: { t: { 0: 11, 1: 5 } } }, "foreign-range-not-there"],
    ["a partition without an offset", { start: { t: { 0: 4 } } }, "connector-option-invalid"],
    ["what is no offset", { start: { t: { 0: -2, 1: 0 } } }, "connector-option-invalid"],
    ["an end before the start", { start: { t: { 0: 8, 1: 0 } }, end: { t: { 0: 4, 1: 0 } } }, "connector-option-invalid"],
    ["a time that is none", { start: new Date(NaN) }, "connector-option-invalid"],
    ["a topic that is not there", { names: ["nope"] }, "foreign-topic-missing"],
  ])("refuses %s", async (_, of, code) => {
    await expect(ranges(of)).rejects.toMatchObject({ code });
  });
});
