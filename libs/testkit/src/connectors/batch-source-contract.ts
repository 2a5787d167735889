import type { BatchPartition, BatchSource } from "@millrace/ports";
import { jestGlobals } from "../jest-globals.ts";

/** Some data, and what of it a source must give. */
export interface BatchSourceHarness<T> {
  /** The source, as another process would make it. */
  connect(): BatchSource<T>;
  /** The elements of each partition. */
  readonly expected: readonly (readonly T[])[];
  dispose(): Promise<void>;
}

/** What every batch source promises, as tests. Run it on each implementation, with several partitions of several elements. */
export function describeBatchSourceContract<T>(name: string, makeHarness: () => Promise<BatchSourceHarness<T>>): void {
  const { afterEach, beforeEach, describe, expect, it } = jestGlobals();
  describe(`batch source contract: ${name}`, () => {
    let harness: BatchSourceHarness<T>;
    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(() => harness.dispose());

    async function readAll(source: BatchSource<T>): Promise<T[][]> {
      const partitions = await source.partitions();
      return Promise.all(partitions.map(elementsOf));
    }

    it("gives the elements of each partition in their order", async () => {
      expect(await readAll(harness.connect())).toEqual(harness.expected);
    });

    it("begins anew with each read, also while another one is under way", async () => {
      const [partition] = await harness.connect().partitions();
      if (partition === undefined) throw new Error("the harness must have a partition");
      const first = partition.read()[Symbol.asyncIterator]();
      await first.next();
      expect(await elementsOf(partition)).toEqual(harness.expected[0]);
    });

    it("lists the same partitions each time, from anywhere", async () => {
      const names = async (source: BatchSource<T>): Promise<string[]> => (await source.partitions()).map((partition) => partition.name);
      const source = harness.connect();
      expect(await names(source)).toEqual(await names(source));
      expect(await names(harness.connect())).toEqual(await names(source));
      expect(new Set(await names(source)).size).toBe(harness.expected.length);
    });
  });
}

async function elementsOf<T>(partition: BatchPartition<T>): Promise<T[]> {
  const elements: T[] = [];
  for await (const list of partition.read()) elements.push(...list);
  return elements;
}
