/** Reports waiting for the coordinator's stream: a few per worker and batch, with state parts of up to 64 KiB inline. */
export const REPORTS_QUEUED_BYTES_MAX = 64 * 1024 * 1024;
/** Between attempts to reach a coordinator: quick after a take-over, gentle while there is none. */
export const RECONNECT_DELAY_MIN_MS = 50;
export const RECONNECT_DELAY_MAX_MS = 1_000;
/** A session must be registered within this, or the next address is tried. */
export const REGISTER_TIMEOUT_MS = 3_000;
/** Fetching a bundle of at most 8 MiB. */
export const BUNDLE_TIMEOUT_MS = 30_000;

/** Shuffle blocks queued for one peer; above, the map side waits. A batch's blocks of one peer usually fit. */
export const PEER_QUEUE_BYTES_MAX = 16 * 1024 * 1024;
/** A peer that has just reported ready is up; longer means the network between them is cut. */
export const PEER_CONNECT_TIMEOUT_MS = 10_000;

/** State up to this size travels with the report and lies in the coordination store; above, in the checkpoints topic (DESIGN §5). */
export const INLINE_STATE_BYTES_MAX = 64 * 1024;
/** One record of a state part: half of the default max.message.bytes, so that it fits whatever its batch adds. */
export const STATE_RECORD_BYTES_MAX = 512 * 1024;

/** Fetched ahead per source range; all ranges of a worker together stay near a batch in memory. */
export const RANGE_PREFETCH_BYTES = 4 * 1024 * 1024;
/** An open transaction of a worker that is gone is aborted by its broker after this; a living worker's batch takes seconds. */
export const TRANSACTION_TIMEOUT_MS = 120_000;

/** Output records between two turns of the event loop within a batch: often enough to send while computing, seldom enough for a small batch to need none. */
export const OUTPUT_TURN_RECORDS = 2_000;
