import { describe, expect, it } from "@jest/globals";
import type { Offset } from "@millrace/model";
import { KeyOffsets } from "./key-offsets.ts";

const key = (text: string) => new TextEncoder().encode(text);
const at = (offset: number) => offset as Offset;

describe("KeyOffsets", () => {
  it("returns the last offset of every key, through growth", () => {
    const keys = new KeyOffsets({ seed: 7 });
    const expected = new Map<string, number>();
    for (let offset = 0; offset < 20_000; offset++) {
      const name = `k${(offset * 7_919) % 6_001}`;
      expect(keys.put(key(name), at(offset))).toBe(true);
      expected.set(name, offset);
    }
    expect(keys.count).toBe(expected.size);
    for (const [name, offset] of expected) expect(keys.get(key(name))).toBe(offset);
    expect([keys.get(key("k")), keys.get(key("k99999")), keys.get(key(""))]).toEqual([-1, -1, -1]);
  });

  it("tells keys apart by every byte and by length", () => {
    const keys = new KeyOffsets({ seed: 1 });
    const names = ["", "\0", "\0\0", "a", "a\0", "\0a", "ab", "ba"];
    names.forEach((name, offset) => keys.put(key(name), at(offset)));
    expect(names.map((name) => keys.get(key(name)))).toEqual(names.map((_, offset) => offset));
  });

  it("refuses new keys beyond its bounds, and still takes known ones", () => {
    const few = new KeyOffsets({ seed: 1, keysMax: 2 });
    expect(["a", "b", "c", "a"].map((name, offset) => few.put(key(name), at(offset)))).toEqual([true, true, false, true]);
    expect([few.get(key("a")), few.get(key("c"))]).toEqual([3, -1]);
    const small = new KeyOffsets({ seed: 1, bytesMax: 5 });
    expect(["abc", "de", "f"].map((name, offset) => small.put(key(name), at(offset)))).toEqual([true, true, false]);
  });
});
