import { crc32c } from "@millrace/codecs";
import { validateBatch } from "@millrace/records";
import { describe, expect, it } from "@jest/globals";
import { EncodedBatch, numberOfBatch } from "./encoded-batch.ts";

describe("EncodedBatch", () => {
  it("stays a valid batch of the same records under every number", () => {
    const batch = new EncodedBatch({ valueBytes: 100, batchBytes: 65_536 });
    expect(batch.recordCount).toBeGreaterThan(550);
    expect(batch.bytes.length).toBeLessThanOrEqual(65_536);
    for (const number of [0, 1, 2 ** 40]) {
      batch.renumber(number);
      expect(validateBatch(batch.bytes, { crc32c, maxBytes: 1e6 }).recordCount).toBe(batch.recordCount);
      expect(numberOfBatch(batch.bytes)).toBe(number);
    }
  });
});
