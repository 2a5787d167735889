import { describe, expect, it } from "@jest/globals";
import type { CanonicalKey } from "@millrace/model";
import fc from "fast-check";
import { KEY_PROBES_MAX } from "../limits.ts";
import { bucketOfCanonicalKey, hashOfText } from "./bucket-of-key.ts";
import { KeyIndex } from "./key-index.ts";

/** Places all keys in order and compares numbers and buckets with those of a `Map`. */
function check(keys: readonly CanonicalKey[]): void {
  const index = new KeyIndex();
  const numbers = new Map<CanonicalKey, number>();
  for (const key of keys) {
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    expect(index.place(key)).toBe(numbers.get(key));
    expect(index.size).toBe(numbers.size);
  }
  for (const [key, number] of numbers) expect(index.bucketOf(number)).toBe(bucketOfCanonicalKey(key));
}

/** Texts of one place in a table of so many slots. */
function crowded(count: number, slots: number): string[] {
  const texts: string[] = [];
  for (let k = 0; texts.length < count; k++) if ((hashOfText(`k${k}`) & (slots - 1)) === 0) texts.push(`k${k}`);
  return texts;
}

describe("KeyIndex.place", () => {
  it("numbers keys of any kind in order of first appearance", () => {
    check(["a", 1, "1", 1n, true, null, "a", 0, -0, NaN, "b", NaN, 1, false, "", "\u0000sx", "ü😀", "", null]);
  });

  it("keeps numbers while it grows", () => {
    const keys = Array.from({ length: 5_000 }, (_, k) => `w${k}`);
    check([...keys, ...keys]);
  });

  it("finds texts that crowd one place", () => {
    const texts = crowded(3 * KEY_PROBES_MAX, 1 << 12);
    check([...texts, "x", ...texts, ...Array.from({ length: 3_000 }, (_, k) => `w${k}`), ...texts]);
  });

  it("agrees with a Map for any keys", () => {
    const key = fc.oneof(fc.string({ maxLength: 4 }), fc.integer({ min: -3, max: 3 }), fc.boolean(), fc.constant(null));
    fc.assert(fc.property(fc.array(key, { maxLength: 200 }), check));
  });
});
