/** Text of one hidden part kept in memory before it goes to disk: a write call's cost is small beside so much. */
export const PART_BUFFER_BYTES = 256 * 1024;
/** Buffered over all parts of a worker; above, the batch waits for the disk. */
export const PARTS_BUFFER_BYTES_MAX = 8 * 1024 * 1024;
/** Parts (slot and partition) of one batch and worker: a partition per element is a mistake. */
export const PARTS_PER_BATCH_MAX = 10_000;
