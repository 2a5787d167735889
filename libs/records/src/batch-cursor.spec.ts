import { describe, expect, it } from "@jest/globals";
import { timestampMs } from "@millrace/model";
import { crc32c } from "../test/crc32c.ts";
import { BatchBuilder } from "./batch-builder.ts";
import { splitBatches } from "./batch-cursor.ts";
import { writeInt32 } from "./bytes.ts";
import { BATCH_LENGTH_POSITION } from "./layout.ts";

function batchOf(count: number): Uint8Array {
  const builder = new BatchBuilder({ crc32c });
  for (let index = 0; index < count; index++) builder.append(timestampMs(index), null, Uint8Array.of(index));
  return builder.build();
}

const one = batchOf(1);
const three = batchOf(3);
const both = Uint8Array.of(...one, ...three);

describe("splitBatches", () => {
  it("returns whole batches as views on the buffer", () => {
    const { batches, endPosition, tail } = splitBatches(both);
    expect(batches).toEqual([one, three]);
    expect(batches[1]?.buffer).toBe(both.buffer);
    expect({ endPosition, tail }).toEqual({ endPosition: both.length, tail: { kind: "none" } });
  });

  it("says of a tail cut anywhere how many bytes are needed to go on", () => {
    for (let length = one.length + 1; length < both.length; length++) {
      const { batches, endPosition, tail } = splitBatches(both.subarray(0, length));
      expect(batches).toEqual([one]);
      expect(endPosition).toBe(one.length);
      expect(tail).toEqual({ kind: "truncated", position: one.length, bytesNeeded: length - one.length < 12 ? 12 : three.length });
    }
  });

  it("has nothing to say of no bytes", () => {
    expect(splitBatches(new Uint8Array(0))).toEqual({ batches: [], endPosition: 0, tail: { kind: "none" } });
  });

  const broken: [string, (bytes: Uint8Array) => void][] = [
    ["zeros", (bytes) => bytes.fill(0)],
    ["a negative length", (bytes) => writeInt32(bytes, BATCH_LENGTH_POSITION, -12)],
    ["a length below a header's", (bytes) => writeInt32(bytes, BATCH_LENGTH_POSITION, 48)],
    ["another magic", (bytes) => (bytes[16] = 1)],
  ];

  it.each(broken)("stops at %s", (_, breakIt) => {
    const bytes = both.slice();
    breakIt(bytes.subarray(one.length));
    const { batches, tail } = splitBatches(bytes);
    expect(batches).toEqual([one]);
    expect(tail).toMatchObject({ kind: "corrupt", position: one.length, error: { code: "corrupt-batch" } });
  });
});
