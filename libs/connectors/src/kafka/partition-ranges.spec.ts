import { describe, expect, it } from "@jest/globals";
import { KnownOffsets } from "./known-offsets.ts";
import { firstSteps, type PartitionRange, rangesWithin, stepsOf } from "./partition-ranges.ts";

const range = (partition: number, start: number, end: number): PartitionRange => ({ topic: "t", partition, start, end });
const within = (ranges: readonly PartitionRange[], stepsMax: number, turn = 0, noteLengthMax = 10_000): string[] =>
  rangesWithin(ranges, { stepsMax, turn, noteLengthMax }).map(({ partition, start, end }) => `${partition}:${start}-${end}`);

describe("rangesWithin", () => {
  it("takes all that fits, and also says where a partition stands that has nothing", () => {
    expect(within([range(0, 5, 9), range(1, 3, 3)], Infinity)).toEqual(["0:5-9", "1:3-3"]);
  });

  it("gives each partition its share of the bound, one offset at least, and never more than the bound together", () => {
    const ranges = [range(0, 0, 90), range(1, 0, 9), range(2, 0, 1)];
    expect(within(ranges, 10)).toEqual(["0:0-9", "1:0-1", "2:0-0"]);
    expect(stepsOf(rangesWithin(ranges, { stepsMax: 10, turn: 0, noteLengthMax: 10_000 }))).toBe(10);
  });

  it("begins with another partition each time, so that none waits for ever", () => {
    expect(within([range(0, 0, 5), range(1, 0, 5)], 1, 1)).toEqual(["1:0-1", "0:0-0"]);
  });

  it("leaves partitions for a later turn that the note has no room for", () => {
    expect(within([range(0, 0, 5), range(1, 0, 5)], Infinity, 0, 60)).toEqual(["0:0-5"]);
  });
});

describe("firstSteps", () => {
  it("are the first of the ranges, whole or cut", () => {
    const ranges = [range(0, 10, 13), range(1, 5, 5), range(2, 0, 4)];
    expect(firstSteps(ranges, 7)).toEqual(ranges);
    expect(firstSteps(ranges, 4)).toEqual([range(0, 10, 13), range(1, 5, 5), range(2, 0, 1)]);
    expect(firstSteps(ranges, 2)).toEqual([range(0, 10, 12)]);
  });
});

describe("KnownOffsets", () => {
  it("remembers the next offset of each partition alone, and what is only begun not at all", () => {
    const texts = new Set(["a@b/1@7"]);
    const memory = {
      get size() {
        return texts.size;
      },
      has: (text: string) => texts.has(text),
      add: (text: string) => void texts.add(text),
      delete: (text: string) => void texts.delete(text),
      texts: () => texts,
    };
    const known = new KnownOffsets(memory);
    expect([known.isEmpty, known.next("a@b", 1), known.next("a@b", 2)]).toEqual([false, 7, undefined]);
    known.begin("a@b", 2, 3);
    known.remember("a@b", 1, 9);
    expect([known.next("a@b", 2), [...texts]]).toEqual([3, ["a@b/1@9"]]);
  });
});
