import { describe, expect, it } from "@jest/globals";
import { BUCKET_COUNT, bucketRangeOfSlot, slotOfBucket } from "./bucket.ts";

describe("slotOfBucket", () => {
  it.each([1, 2, 3, 7, 8, 11, 64, 719, 720])("is the inverse of bucketRangeOfSlot for %i slots", (count) => {
    let next = 0;
    for (let slot = 0; slot < count; slot++) {
      const { start, end } = bucketRangeOfSlot(slot, count);
      expect(start).toBe(next);
      for (let bucket = start; bucket < end; bucket++) expect(slotOfBucket(bucket, count)).toBe(slot);
      next = end;
    }
    expect(next).toBe(BUCKET_COUNT);
  });
});
