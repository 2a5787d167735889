import type { SinkConnector, SinkOutput, SinkSlots, SinkWriter } from "@millrace/ports";
import { jestGlobals } from "../jest-globals.ts";

/** One empty target for one test. */
export interface SinkHarness {
  /** The connector, as another process would make it. */
  connect(): SinkConnector;
  /** A record of the slot that readers see as this text; texts are unique within a test. */
  output(slot: number, text: string): SinkOutput;
  /** Texts that readers see, in any order. */
  read(): Promise<string[]>;
  dispose(): Promise<void>;
}

const NO_MARKS: ReadonlyMap<number, unknown> = new Map();

/** What every sink promises (DESIGN idea 5), as tests. Run it on each implementation. */
export function describeSinkContract(name: string, makeHarness: () => Promise<SinkHarness>): void {
  const { afterEach, beforeEach, describe, expect, it } = jestGlobals();
  describe(`sink contract: ${name}`, () => {
    let harness: SinkHarness;
    let writers: SinkWriter[] = [];
    beforeEach(async () => {
      harness = await makeHarness();
      writers = [];
    });
    afterEach(async () => {
      for (const writer of writers) await writer.close();
      await harness.dispose();
    });

    async function open(jobEpoch: number, overrides: Partial<SinkSlots> = {}): Promise<SinkWriter> {
      const slots = { jobId: "orders-1a2b", incarnation: 1, jobEpoch, sink: "out", slots: [0, 1], ...overrides };
      const writer = await harness.connect().open(slots);
      writers.push(writer);
      return writer;
    }

    async function commit(writer: SinkWriter, batch: number, records: readonly (readonly [slot: number, text: string])[]): Promise<void> {
      for (const [slot, text] of records) {
        writer.write(harness.output(slot, text));
        await writer.ready();
      }
      const slots = [...new Set(records.map(([slot]) => slot))];
      await writer.commit({ batch, digest: `digest-${batch}`, slots });
    }

    const seen = async (): Promise<string[]> => (await harness.read()).sort();

    it("shows the records of a batch at its commit, and none before", async () => {
      const writer = await open(1);
      writer.write(harness.output(0, "a"));
      writer.write(harness.output(1, "b"));
      await writer.ready();
      expect(await seen()).toEqual([]);
      await writer.commit({ batch: 1, digest: "d", slots: [0, 1] });
      expect(await seen()).toEqual(["a", "b"]);
    });

    it("has no marks at first, and afterwards those of the last commit of each slot", async () => {
      const first = await open(1);
      expect(new Map(first.marks)).toEqual(NO_MARKS);
      await commit(first, 1, [
        [0, "a"],
        [1, "b"],
      ]);
      await commit(first, 4, [[0, "c"]]);
      const second = await open(2);
      expect(second.marks.get(0)).toEqual({ batch: 4, digest: "digest-4" });
      expect(second.marks.get(1)).toEqual({ batch: 1, digest: "digest-1" });
      expect(await seen()).toEqual(["a", "b", "c"]);
    });

    it("moves the mark of a slot that has no record in the batch", async () => {
      const writer = await open(1);
      writer.write(harness.output(0, "a"));
      await writer.commit({ batch: 3, digest: "d3", slots: [0, 1] });
      expect((await open(2)).marks.get(1)).toEqual({ batch: 3, digest: "d3" });
    });

    it("drops what was written and not committed", async () => {
      const first = await open(1);
      first.write(harness.output(0, "lost"));
      await first.ready();
      const second = await open(2);
      await commit(second, 1, [[0, "kept"]]);
      expect(await seen()).toEqual(["kept"]);
      expect((await open(3)).marks.get(0)).toEqual({ batch: 1, digest: "digest-1" });
    });

    it("refuses the commit of a writer that was fenced while it wrote, and shows nothing of it", async () => {
      const former = await open(1);
      await commit(former, 1, [[0, "a"]]);
      former.write(harness.output(0, "ghost"));
      const next = await open(2);
      await expect(former.commit({ batch: 2, digest: "d2", slots: [0] })).rejects.toMatchObject({ kind: "fenced" });
      expect(next.marks.get(0)).toEqual({ batch: 1, digest: "digest-1" });
      expect(await seen()).toEqual(["a"]);
      await commit(next, 2, [[0, "b"]]);
      expect(await seen()).toEqual(["a", "b"]);
    });

    it("is not opened below an epoch that has it", async () => {
      const writer = await open(5);
      await expect(open(4)).rejects.toMatchObject({ kind: "fenced" });
      await commit(writer, 1, [[0, "a"]]);
      expect(await seen()).toEqual(["a"]);
    });

    it("keeps slots apart: each has its own writer, mark and fence", async () => {
      const left = await open(1, { slots: [0] });
      const right = await open(1, { slots: [1] });
      await commit(left, 1, [[0, "a"]]);
      await commit(right, 2, [[1, "b"]]);
      const both = await open(2);
      expect([both.marks.get(0)?.batch, both.marks.get(1)?.batch]).toEqual([1, 2]);
      expect(await seen()).toEqual(["a", "b"]);
    });

    it("keeps sinks and incarnations apart", async () => {
      await commit(await open(1), 1, [[0, "a"]]);
      expect(new Map((await open(1, { sink: "other" })).marks)).toEqual(NO_MARKS);
      expect(new Map((await open(1, { incarnation: 2 })).marks)).toEqual(NO_MARKS);
      await commit(await open(2, { incarnation: 2 }), 1, [[0, "b"]]);
      expect(await seen()).toEqual(["a", "b"]);
    });

    it("takes many records in one batch", async () => {
      const writer = await open(1);
      const records = Array.from({ length: 3_000 }, (_, index) => [index % 2, `record-${index}`] as const);
      await commit(writer, 1, records);
      expect((await seen()).length).toBe(3_000);
    });
  });
}
