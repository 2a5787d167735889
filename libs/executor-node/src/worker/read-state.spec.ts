import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { ReadStateSchema } from "@millrace/contracts";
import { readState } from "./read-state.ts";

const query = create(ReadStateSchema, { queryId: 7n, operatorId: "count", keysJson: ['"a"'], limit: 10 });
const entry = { taskIndex: 1, table: "states", bucket: 3, keyJson: '"a"', valueJson: "1", valueBytes: 0 };
const runtime = {
  heldState: () => [{ operatorId: "count", taskIndex: 1, keyCount: 4 }],
  readState: () => ({ entries: [entry], more: true }),
};

describe("readState of a worker", () => {
  it("answers with entries, counts and the batch they are of", () => {
    expect(readState(query, { runtime, batch: 12 })).toEqual({
      queryId: 7n,
      batch: 12n,
      held: [{ operatorId: "count", taskIndex: 1, keyCount: 4n }],
      entries: [{ ...entry, valueBytes: 0n }],
      more: true,
    });
  });

  it("reads no entries where only counts are asked for", () => {
    const { entries, held } = readState({ ...query, operatorId: "" }, { runtime, batch: 12 });
    expect([entries, held?.length]).toEqual([[], 1]);
  });

  it("answers with what went wrong instead of failing its worker", () => {
    const broken = {
      ...runtime,
      readState: () => {
        throw new TypeError("a getter of user code threw");
      },
    };
    expect(readState(query, { runtime: broken, batch: 12 })).toMatchObject({
      queryId: 7n,
      error: { message: expect.stringContaining("getter") },
    });
    expect(readState(query, { runtime: undefined, batch: 0 })).toMatchObject({ error: { code: "job-not-running" } });
  });
});
