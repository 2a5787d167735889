/** A job's bundle: code, not data. Larger ones usually carry a data set by accident. */
export const BUNDLE_BYTES_MAX = 8 * 1024 * 1024;
/** One store entry of a bundle: well below what one commit may carry. */
export const BUNDLE_CHUNK_BYTES = 1024 * 1024;
/** Entries of a job in one message of an export: a bundle's chunk always fits, and what a message may hold is eight of these. */
export const EXPORT_BYTES_MAX = 8 * 1024 * 1024;
/** Asking a broker for offsets: longer means that it is away, and planning waits anyway. */
export const LIST_OFFSETS_TIMEOUT_MS = 5_000;
/** The store is away: planning waits, and asks again this often. */
export const COMMIT_RETRY_MS = 250;
/** A watcher hears of changes at most this often; the last state is always delivered. */
export const WATCH_INTERVAL_MS = 100;
/** Rates are measured over at least this long. */
export const RATE_WINDOW_MS = 1_000;
/** Ended jobs that stay listed; older ones are forgotten, newest first. */
export const ENDED_JOBS_MAX = 100;
/**
 * How often internal topics are cut; also how long a floor must have been allowed before it is used. Above the longest batch (5 minutes), so that
 * no checkpoint is being written that long.
 */
export const TRIM_INTERVAL_MS = 10 * 60 * 1_000;
/** Ending transactions of killed writers: their time-out does it otherwise. */
export const ABANDON_ATTEMPTS_MAX = 5;
export const ABANDON_RETRY_MS = 500;
/** Holds on records are repeated this often and last several rounds: a broker that is away for some minutes does not lose them for a job. */
export const HOLD_INTERVAL_MS = 60_000;
export const HOLD_TTL_MS = 10 * 60_000;
/** Positions of a job go to its consumer group at most this often; people look at lag no closer. */
export const OFFSETS_INTERVAL_MS = 1_000;
export const OFFSETS_RETRY_MS = 500;
/** Until newer positions take their place. */
export const OFFSETS_ATTEMPTS_MAX = 5;
/** Partitions in one commit: below what a broker takes. */
export const OFFSETS_PER_REQUEST_MAX = 500;
/** Queries of state under way, over all jobs: an answer is at most 256 Ki characters of each worker. */
export const STATE_READS_MAX = 8;
/** Workers answer between batches: one that has not answered by then is in a long batch, or gone. */
export const STATE_READ_TIMEOUT_MS = 10_000;
/** Entries of one answer; more is what a checkpoint is read for. */
export const STATE_ENTRIES_MAX = 10_000;
export const STATE_ENTRIES_DEFAULT = 100;
/** Characters of one answer, over all workers: far below what one message may be. */
export const STATE_ANSWER_CHARS_MAX = 8 * 1024 * 1024;
/** Keys of one query, and characters of one of them. */
export const STATE_KEYS_MAX = 100;
export const STATE_KEY_CHARS_MAX = 10_000;
