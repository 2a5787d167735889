import { describe, expect, it } from "@jest/globals";
import type { SinkConnector, SinkSlotMark } from "@millrace/ports";
import { ConnectorOutput } from "./connector-output.ts";

/** A sink that shows what it was told; its marks are those given. */
function createRig(marked: readonly (readonly [slot: number, batch: number])[] = []) {
  const log: string[] = [];
  const connector: SinkConnector = {
    open: () =>
      Promise.resolve({
        marks: new Map(marked.map(([slot, batch]) => [slot, { batch, digest: `d${batch}` }])),
        write: ({ slot, element }) => void log.push(`${slot}: ${String(element)}`),
        ready: () => undefined,
        commit: ({ batch, slots }) => Promise.resolve(void log.push(`commit ${batch} of ${slots.join()}`)),
        close: () => Promise.resolve(),
      }),
  };
  const slots = { jobId: "j", incarnation: 1, jobEpoch: 1, sink: "out", slots: [0, 1] };
  const run = async (output: ConnectorOutput, batch: number, records: readonly (readonly [slot: number, text: string])[]) => {
    log.length = 0;
    for (const [slot, element] of records) output.write({ sink: "out", slot, key: null, value: null, timestampMs: 0, element }, batch);
    const mark: SinkSlotMark = { batch, digest: `d${batch}` };
    await output.commit(mark);
    return [...log];
  };
  return { open: () => ConnectorOutput.open(connector, slots), run };
}

const RECORDS = [
  [0, "a"],
  [1, "b"],
] as const;

describe("ConnectorOutput", () => {
  it("writes a batch and commits it for all own slots", async () => {
    const { open, run } = createRig();
    expect(await run(await open(), 4, RECORDS)).toEqual(["0: a", "1: b", "commit 4 of 0,1"]);
  });

  it("leaves out slots whose mark covers the batch", async () => {
    const { open, run } = createRig([[0, 4]]);
    expect(await run(await open(), 4, RECORDS)).toEqual(["1: b", "commit 4 of 1"]);
  });

  it("writes nothing when a batch is replayed, and the next one again", async () => {
    const { open, run } = createRig();
    const output = await open();
    await run(output, 4, RECORDS);
    expect(await run(output, 4, RECORDS)).toEqual([]);
    expect(await run(output, 5, [[1, "c"]])).toEqual(["1: c", "commit 5 of 0,1"]);
  });

  it("commits nothing for a batch without records, and tells the marks that it found", async () => {
    const { open, run } = createRig([[1, 3]]);
    const output = await open();
    expect(await run(output, 4, [])).toEqual([]);
    expect(output.marks).toEqual([{ sink: "out", slot: 1, batch: 3, digest: "d3" }]);
  });
});
