/** Longest `.named()` id: it is part of state and mark keys, which are written with every checkpoint. */
export const OPERATOR_ID_LENGTH_MAX = 100;

/** Longest job name: part of topics' records and metric labels. */
export const JOB_NAME_LENGTH_MAX = 100;

/** An idle source partition stops holding the watermark back after this long without a record, unless the job says otherwise. */
export const IDLE_AFTER_MS_DEFAULT = 60_000;
