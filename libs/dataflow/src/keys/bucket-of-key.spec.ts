import { describe, expect, it } from "@jest/globals";
import { BUCKET_COUNT, canonicalKey } from "@millrace/model";
import { bucketOfKey } from "./bucket-of-key.ts";

describe("bucketOfKey", () => {
  // Golden values: state on disk depends on them. They may never change.
  it.each([
    ["", 666],
    ["a", 640],
    ["JFK", 651],
    ["häß", 280],
    ["😀", 604],
    [0, 644],
    [1, 289],
    [-1.5, 295],
    [NaN, 199],
    [1n, 252],
    [true, 162],
    [false, 243],
    [null, 291],
    [["a", 1], 680],
    [{ b: 1, a: null }, 81],
    [Uint8Array.of(1, 2), 199],
  ])("puts %p into bucket %i", (key, bucket) => {
    expect(bucketOfKey(key)).toBe(bucket);
  });

  it("spreads numbered keys evenly", () => {
    const counts = new Array<number>(BUCKET_COUNT).fill(0);
    for (let index = 0; index < 72_000; index++) {
      const bucket = bucketOfKey(`key-${index}`);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(160);
  });
});

describe("canonicalKey", () => {
  const same = (a: unknown, b: unknown): boolean => new Set([canonicalKey(a), canonicalKey(b)]).size === 1;

  it("takes -0 for 0, NaN for itself, and fields in any order", () => {
    expect(same(0, -0)).toBe(true);
    expect(same(NaN, NaN)).toBe(true);
    expect(same([0], [-0])).toBe(true);
    expect(same({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect(same(Uint8Array.of(1), Uint8Array.of(1))).toBe(true);
  });

  it.each([
    [1, "1"],
    [1, 1n],
    [1n, "1"],
    [null, "null"],
    [true, "true"],
    [[1], 1],
    [["a", "b"], ["ab"]],
    [["a"], "a"],
    [[], {}],
    [{ a: 1 }, [["a", 1]]],
    [[null], [false]],
    [Uint8Array.of(97), "a"],
    [["1"], [1]],
    ["\0s", "s"],
    [["a"], canonicalKey(["a"])],
    [{ a: 1 }, { a: "1" }],
    ["", null],
  ])("tells %p from %p", (a, b) => {
    expect(same(a, b)).toBe(false);
  });

  it.each([[undefined], [() => 1], [new Map()], [[undefined]], [Symbol("s")]])("refuses %p", (key) => {
    expect(() => canonicalKey(key)).toThrow(expect.objectContaining({ code: "invalid-key" }));
  });
});
