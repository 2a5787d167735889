import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { timestampMs, type Offset, type ProducerEpoch, type ProducerId } from "@millrace/model";
import { BatchBuilder, readRecords, RecordBatchView, validateBatch, type DecodedRecord } from "../src/index.ts";
import { crc32c } from "./crc32c.ts";

const bytes = fc.uint8Array({ maxLength: 200 });
const record = fc.record({
  timestamp: fc.oneof(
    fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER - 1 }),
    fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
  ),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.record({ key: fc.string({ unit: "grapheme", maxLength: 20 }), value: fc.option(bytes) }), { maxLength: 4 }),
});
const header = fc.record({
  producerId: fc.maxSafeNat(),
  producerEpoch: fc.nat(32_767),
  baseSequence: fc.nat(2_147_483_647),
  transactional: fc.boolean(),
  baseOffset: fc.nat({ max: 2 ** 31 - 1 }).map((value) => value * 2 ** 21),
});

describe("a batch that was built", () => {
  it("is valid and gives back its records and its header", () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), header, (records, fields) => {
        const builder = new BatchBuilder({ crc32c });
        for (const { timestamp, key, value, headers } of records) builder.append(timestampMs(timestamp), key, value, headers);
        const baseOffset = fields.baseOffset as Offset;
        const batch = builder.build({
          ...fields,
          baseOffset,
          producerId: fields.producerId as ProducerId,
          producerEpoch: fields.producerEpoch as ProducerEpoch,
        });

        const view = validateBatch(batch, { crc32c, maxBytes: batch.length });
        expect(view.maxTimestamp).toBe(Math.max(...records.map(({ timestamp }) => timestamp)));
        expect([view.producerId, view.producerEpoch, view.baseSequence]).toEqual([
          fields.producerId,
          fields.producerEpoch,
          fields.baseSequence,
        ]);
        expect([view.isTransactional, view.lastOffset]).toEqual([fields.transactional, fields.baseOffset + records.length - 1]);
        const expected: DecodedRecord[] = records.map((given, index) => ({
          ...given,
          timestamp: timestampMs(given.timestamp),
          offset: (baseOffset + index) as Offset,
        }));
        expect([...readRecords(batch)]).toEqual(expected);

        const shifted = new Uint8Array(batch.length + 50).fill(0xff);
        shifted.set(batch, 25);
        expect(new RecordBatchView(shifted, 25).subarray()).toEqual(batch);
      }),
      { numRuns: 300 },
    );
  });
});
