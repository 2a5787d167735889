/**
 * Keyed state and shuffles are split over this many virtual buckets, for the life of a job (DESIGN idea 6).
 * 720 = 2^4 · 3^2 · 5 has 30 divisors, so most numbers of slots share it evenly.
 */
export const BUCKET_COUNT = 720;

/** Range of buckets [start, end) of slot `index` of `count`: contiguous, sizes differ by at most one, together all buckets. */
export function bucketRangeOfSlot(index: number, count: number): { start: number; end: number } {
  return { start: Math.floor((index * BUCKET_COUNT) / count), end: Math.floor(((index + 1) * BUCKET_COUNT) / count) };
}

/** The slot that owns a bucket; inverse of `bucketRangeOfSlot`. */
export function slotOfBucket(bucket: number, count: number): number {
  return Math.floor(((bucket + 1) * count - 1) / BUCKET_COUNT);
}
