/** A frame holds what one answer of a fetch held, at most: 50 MiB by a broker's largest setting, and room. More is damage. */
export const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/** A file of records: large enough that a terabyte is a thousand files, small enough to copy elsewhere one by one. */
export const RECORD_FILE_BYTES_MAX = 1024 * 1024 * 1024;

/** Partitions that are copied at once: each has one stream and one chunk in memory. */
export const PARTITIONS_AT_ONCE = 4;

/** Groups of which offsets are asked for at once, while transactions are held. */
export const GROUPS_AT_ONCE = 16;

/** Producers wait in EndTransaction for as long: offsets of ten thousand groups are read in a few seconds. */
export const TRANSACTION_HOLD_MS = 20_000;

/** Transactions could not be held to the end, as brokers came or went: tried again. */
export const SURVEY_ATTEMPTS_MAX = 5;
export const SURVEY_RETRY_MS = 500;

/** Until the last restored batches are on every in-sync replica. */
export const RESTORED_WAIT_MS = 60_000;
export const RESTORED_LOOK_MS = 100;

/** Entries of a job in one call, well below what a message and a commit may hold. */
export const IMPORT_BYTES_MAX = 8 * 1024 * 1024;
export const IMPORT_ENTRIES_MAX = 500;

/** Problems that a verification lists; it goes on counting. */
export const PROBLEMS_LISTED_MAX = 100;
