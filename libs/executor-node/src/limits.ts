/** Reports waiting for the coordinator's stream: a few per worker and batch, with state parts of up to 64 KiB inline. */
export const REPORTS_QUEUED_BYTES_MAX = 64 * 1024 * 1024;
/** Between attempts to reach a coordinator: quick after a take-over, gentle while there is none. */
export const RECONNECT_DELAY_MIN_MS = 50;
export const RECONNECT_DELAY_MAX_MS = 1_000;
/** A session must be registered within this, or the next address is tried. */
export const REGISTER_TIMEOUT_MS = 3_000;
/** A coordinator that fell silent is not tried for so long: others have taken over by then (the lease lasts 3 s), or it is asked again. */
export const SILENT_AVOIDED_MS = 5_000;
/** Fetching a bundle of at most 8 MiB. */
export const BUNDLE_TIMEOUT_MS = 30_000;

/** Shuffle blocks queued for one peer; above, the map side waits. A batch's blocks of one peer usually fit. */
export const PEER_QUEUE_BYTES_MAX = 16 * 1024 * 1024;

/** State up to this size travels with the report and lies in the coordination store; above, in the checkpoints topic (DESIGN §5). */
export const INLINE_STATE_BYTES_MAX = 64 * 1024;
/** One record of a state part: half of the default max.message.bytes, so that it fits whatever its batch adds. */
export const STATE_RECORD_BYTES_MAX = 512 * 1024;
/** Of one part, on their way to the topic: 4 MiB, so that a big part does not wait a round trip per record. */
export const STATE_RECORDS_UNDER_WAY_MAX = 8;

/** Fetched ahead per source range; all ranges of a worker together stay near a batch in memory. */
export const RANGE_PREFETCH_BYTES = 4 * 1024 * 1024;
/** A transaction is open from a batch's first output to its commit: above the longest batch (5 minutes), or a slow one could never commit. */
export const TRANSACTION_TIMEOUT_MS = 360_000;
/** Inline state of one checkpoint over all workers: it shares one commit of 16 MiB with the rest. */
export const INLINE_STATE_TOTAL_BYTES_MAX = 8 * 1024 * 1024;
/** Changes that follow a whole part in a manifest: a recovery reads all of them, and a manifest lists all of them. */
export const STATE_DELTAS_MAX = 20;
/** A part that is this old, in checkpoints, is written whole again, so that one that never changes does not hold back the start of the topic for ever. */
export const PART_AGE_CHECKPOINTS_MAX = 100;

/** Output records between two turns of the event loop within a batch: often enough to send while computing, seldom enough for a small batch to need none. */
export const OUTPUT_TRACED_MAX = 64; // of a sink in a batch: keys spread them over a dozen partitions, so that the first record of each is among them
export const OUTPUT_TURN_RECORDS = 2_000;

/** What a source notes of a range, as text: it is stored with the plan of each batch until a checkpoint covers it. */
export const SOURCE_NOTE_BYTES_MAX = 64 * 1024;
/** Of an operator's id in the name of a part's file: with numbers and job id it stays within the 255 bytes that file systems take. */
export const PART_FILE_OPERATOR_CHARS_MAX = 100;
/** Files removed for one checkpoint; what is left goes with the next. */
export const CHECKPOINT_FILES_REMOVED_MAX = 10_000;
/** Output of one batch and worker that is not stored yet; a task's output in one go must fit. */
export const OUTPUT_BUFFER_BYTES = 256 * 1024 * 1024;

/** Received records on their way to a topic, of one source and worker; above, senders are asked to wait. */
export const RECEIVED_BYTES_MAX = 32 * 1024 * 1024;
/** A received record is stored within this, or its sender hears that it is not. */
export const RECEIVED_DELIVERY_MS_MAX = 15_000;

/** Commands that wait for their turn in a worker: of each batch two or three, and questions about state; what is beyond waits in the channel. */
export const COMMANDS_WAITING_MAX = 64;
