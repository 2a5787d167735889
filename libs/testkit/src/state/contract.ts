import type { StateStore } from "@millrace/ports";
import { jestGlobals } from "../jest-globals.ts";

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** What every state store promises, as tests. Run it on each implementation. */
export function describeStateStoreContract(name: string, open: () => StateStore): void {
  const { afterEach, beforeEach, describe, expect, it } = jestGlobals();
  describe(`state store contract: ${name}`, () => {
    let store: StateStore;
    beforeEach(() => {
      store = open();
    });
    afterEach(() => {
      store.close();
    });

    const keys = (from: Uint8Array, to: Uint8Array): number[][] => Array.from(store.range(from, to), ([key]) => [...key]);

    it("reads what was written last, at once", () => {
      expect(store.get(bytes(1))).toBeUndefined();
      store.put(bytes(1), bytes(7, 8));
      store.put(bytes(1), bytes(9));
      expect(store.get(bytes(1))).toEqual(bytes(9));
      store.remove(bytes(1));
      store.remove(bytes(2));
      expect(store.get(bytes(1))).toBeUndefined();
      store.put(bytes(1), bytes());
      expect(store.get(bytes(1))).toEqual(bytes());
    });

    it("keeps nothing that it was handed, and hands out nothing that it keeps", () => {
      const [key, value] = [bytes(1, 2), bytes(3)];
      store.put(key, value);
      key[0] = 9;
      value[0] = 9;
      const read = store.get(bytes(1, 2));
      expect(read).toEqual(bytes(3));
      read?.fill(0);
      expect(store.get(bytes(1, 2))).toEqual(bytes(3));
    });

    it("walks a range in order of bytes, the end excluded", () => {
      for (const key of [bytes(2), bytes(1, 255), bytes(1), bytes(1, 0), bytes(0, 5), bytes(128), bytes(127)]) store.put(key, key);
      expect(keys(bytes(1), bytes(2))).toEqual([[1], [1, 0], [1, 255]]);
      expect(keys(bytes(2), bytes(255))).toEqual([[2], [127], [128]]);
    });

    it("walks on over what is changed meanwhile, each key once", () => {
      const count = 3_000;
      const keyOf = (index: number): Uint8Array => bytes(1, index >> 8, index & 255);
      for (let index = 0; index < count; index++) store.put(keyOf(index), bytes(index & 255));
      const seen: number[] = [];
      for (const [key, value] of store.range(bytes(1), bytes(2))) {
        const index = ((key[1] ?? 0) << 8) + (key[2] ?? 0);
        expect(value).toEqual(bytes(index & 255));
        seen.push(index);
        store.remove(key);
        store.put(bytes(0, ...key), value);
      }
      expect(seen).toEqual(Array.from({ length: count }, (_, index) => index));
      expect(keys(bytes(1), bytes(2))).toEqual([]);
    });

    it("takes keys of its greatest length", () => {
      const key = new Uint8Array(store.keyBytesMax).fill(7);
      store.put(key, bytes(1));
      expect(store.get(key)).toEqual(bytes(1));
      expect(keys(bytes(7), bytes(8))).toHaveLength(1);
    });
  });
}
