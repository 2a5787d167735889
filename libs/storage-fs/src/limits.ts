/** Buffers per writev: IOV_MAX of Linux and macOS. */
export const WRITE_CHUNKS_MAX = 1_024;

/** Attempts to take the lock over from a dead process, each against another process that tries the same. */
export const LOCK_ATTEMPTS_MAX = 5;

/** Read at once of a checkpoint file: each piece is a buffer of its own. */
export const CHECKPOINT_READ_BYTES = 512 * 1024;
