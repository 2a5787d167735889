/** Longest `.named()` id: it is part of state and mark keys, which are written with every checkpoint. */
export const OPERATOR_ID_LENGTH_MAX = 100;

/** Longest job name: part of topics' records and metric labels. */
export const JOB_NAME_LENGTH_MAX = 100;

/** An idle source partition stops holding the watermark back after this long without a record, unless the job says otherwise. */
export const IDLE_AFTER_MS_DEFAULT = 60_000;

/** Rows a second of a rate source: more than a machine can generate, and row numbers stay exact for 28 years. */
export const RATE_ROWS_PER_SECOND_MAX = 10_000_000;
export const RATE_SPLITS_MAX = 1_000;
/** Files of a folder source in one batch: their names are recorded with the batch, and all of them must be read within its 5 minutes. */
export const FILES_PER_BATCH_DEFAULT = 100;
export const FILES_PER_BATCH_MAX = 500;
/** Longest body of a webhook: what a record of a topic with default settings holds, and what one with other settings may. */
export const WEBHOOK_BODY_BYTES_DEFAULT = 1_000_000;
export const WEBHOOK_BODY_BYTES_MAX = 16 * 1024 * 1024;
/** Questions of one task under way: as many connections to somebody else's service, and as much of its memory. */
export const ASYNC_CAPACITY_DEFAULT = 100;
export const ASYNC_CAPACITY_MAX = 10_000;
export const ASYNC_RETRIES_MAX = 20;
export const ASYNC_TIMEOUT_MS_DEFAULT = 10_000;
export const ASYNC_RETRY_AFTER_MS_DEFAULT = 100;
