import { BUCKET_COUNT } from "@millrace/model";

/** Operators of a job: a graph is stored with the job, planned in one turn and named in metrics. Larger ones are several jobs. */
export const OPERATORS_MAX = 1_000;

/** Slots of a job: each owns at least one bucket. */
export const SLOTS_MAX = BUCKET_COUNT;

/** Shortest grid that planning (under 2 ms) and a round trip to all workers fit into. */
export const BATCH_INTERVAL_MS_MIN = 10;

/** Longest: a batch is in memory at once. */
export const BATCH_INTERVAL_MS_MAX = 86_400_000;

/** Records of one batch: indexes into it stay small integers. */
export const MAX_RECORDS_PER_BATCH_MAX = 100_000_000;

/** Restarts an hour: one a second would never get anywhere. */
export const RESTARTS_MAX_MAX = 3_600;

/** A record of a sliding window is kept in size / slide panes; more than this is said aloud. */
export const PANES_WARNED = 1_000;

/** Lanes of an operator (branches of unions above it since the last shuffle): each is a copy of it in every task, and (lane, task) is 32 bits on the wire. */
export const LANES_MAX = 10_000;

/** Parents of a union or transform. */
export const UNION_PARENTS_MAX = 100;

/** Parts of a source that is no topic: a task each, of which an idle one costs a question per batch. */
export const SPLITS_MAX = 1_000;
/** A checkpoint path stands in every state part of a manifest. */
export const CHECKPOINT_PATH_CHARS_MAX = 200;
