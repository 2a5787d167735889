/** Kafka's transaction.max.timeout.ms: a longer open transaction would hold back every committed reader behind it. */
export const TRANSACTION_TIMEOUT_MS_MAX = 900_000;
export const TRANSACTION_TIMEOUT_MS_DEFAULT = 60_000; // Kafka's transaction.timeout.ms

/** Last epoch that is given to an owner; the one above is kept for fencing it, then comes a new producer id. Producer epochs are int16. */
export const PRODUCER_EPOCH_MAX = 32_766;

/** Kafka's limit would be none; 10,000 partitions are 200 KB of record, still below max.message.bytes. */
export const PARTITIONS_PER_TRANSACTION_MAX = 10_000;

/** Ids that are kept per partition of the transaction log: 100,000 at about 500 bytes are 50 MB. Idle ones expire first. */
export const TRANSACTIONAL_IDS_MAX = 100_000;

/** Kafka's transactional.id.expiration.ms: an id that did nothing for seven days is forgotten. */
export const TRANSACTIONAL_ID_IDLE_MS_MAX = 604_800_000;

export const TRANSACTIONAL_ID_LENGTH_MAX = 1_024; // generous: ids made by jobs have about 60 characters
