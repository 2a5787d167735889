/** 64 KiB: a broker's write costs the same for 16 or 64 KiB, and 600 records of 100 B share one header, checksum and answer. */
export const BATCH_BYTES_DEFAULT = 65_536;

/**
 * A batch that cannot leave yet grows up to this: five in flight of 64 KiB would bind a partition's rate to 320 KiB per round trip, and a disk that syncs in
 * 50 ms to 6 MB/s. Half of the default max.message.bytes, so that a topic's own bound is met only where it was lowered.
 */
export const BATCH_GROWTH_BYTES_MAX = 524_288;

/** 32 MiB of unacknowledged records, as Kafka's buffer.memory: a tenth of a second at 300 MB/s. */
export const BUFFER_BYTES_DEFAULT = 33_554_432;

/** `send` goes on past the bound for callers that ignore its answer, up to twice as much; then it throws. */
export const BUFFER_OVERRUN_FACTOR = 2;

/** Kafka brokers remember the last five batches of a producer in a partition: more in flight could not be told from duplicates. */
export const BATCHES_IN_FLIGHT_PER_PARTITION_MAX = 5;

/** One request carries at most this many bytes of batches (more only for a single batch), so that a slow link still answers in time. */
export const REQUEST_BYTES_MAX = 1_048_576;

/** Requests written to one broker and not yet answered. 16 of up to 1 MiB stay below the broker's bound per connection. */
export const REQUESTS_IN_FLIGHT_PER_BROKER_MAX = 16;

export const RETRY_FOR_MS_DEFAULT = 60_000; // longer than a broker's restart and an election together
export const REQUEST_TIMEOUT_MS_DEFAULT = 30_000; // Kafka's request.timeout.ms

/** Waits between repetitions: 20, 40, … 1,000 ms, each ± 20 % so that clients do not move in step. */
export const BACKOFF_MS_FIRST = 20;
export const BACKOFF_MS_MAX = 1_000;
export const BACKOFF_JITTER = 0.2;

/** 8 MiB ahead of the reader: 8 answers of 1 MiB hide the latency of a link of 1 GB/s and 8 ms. */
export const PREFETCH_BYTES_DEFAULT = 8_388_608;

/** A stream asks the broker to wait this long before it answers with nothing; the broker wakes earlier on new records. */
export const FETCH_WAIT_MS = 5_000;

/** A consumer of many partitions divides its bound among them, but asks no broker for less at once: a default batch of a full producer. */
export const PARTITION_BYTES_MIN = 65_536;

/** Until the coordinator has said how often. */
export const HEARTBEAT_INTERVAL_MS_FIRST = 5_000;

/** Commits of one consumer that wait for their answer: they go one after another, so that offsets never go back; each waits at most the retry time. */
export const COMMITS_WAITING_MAX = 1_000;

/** A leader that does not know the topic has not heard of it yet: metadata reach brokers one after another. So long it is asked again; then the topic is gone. */
export const TOPIC_UNHEARD_MS_MAX = 5_000;

/** A member says goodbye so long; then its session ends without it. Nobody should wait for a broker that is gone when they close. */
export const LEAVE_MS_MAX = 5_000;

/** A leader that answers nothing for so long is asked about: it may hang, or be cut off, while another one leads already. Longer than a sync takes on a busy disk. */
export const LEADER_SILENT_MS = 1_000;

/** A drained job ends its batches, and a savepoint writes all of its state: minutes for tens of gigabytes. An hour is longer than anybody waits. */
export const SAVED_MS_MAX = 3_600_000;

/** A broker that does not tell the metadata within this is passed over for the next one: any broker has them in memory. */
export const METADATA_ATTEMPT_MS = 2_000;
