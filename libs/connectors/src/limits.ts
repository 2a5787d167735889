/** Text of one hidden part kept in memory before it goes to disk: a write call's cost is small beside so much. */
export const PART_BUFFER_BYTES = 256 * 1024;
/** Buffered over all parts of a worker; above, the batch waits for the disk. */
export const PARTS_BUFFER_BYTES_MAX = 8 * 1024 * 1024;
/** Parts (slot and partition) of one batch and worker: a partition per element is a mistake. */
export const PARTS_PER_BATCH_MAX = 10_000;

/** Rows of one INSERT: PostgreSQL parses them from one JSON parameter, whose cost per row is flat from here on. */
export const ROWS_PER_INSERT = 2_000;
/** Within a batch's transaction the worker never waits so long between statements: a session that does is gone, and must not hold its locks. */
export const IDLE_IN_TRANSACTION_MS = 60_000;
/** Waiting for the row lock of a former writer, whose connection ends within the time above. */
export const LOCK_TIMEOUT_MS = 90_000;
/** A connection that does not come is reported as such. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Commands of one batch and worker, sent in one script call: Redis does nothing else meanwhile. */
export const REDIS_COMMANDS_PER_BATCH_MAX = 500_000;

/** Records of one produce call; the client keeps one in flight, so each should be worth its way. */
export const KAFKA_RECORDS_PER_SEND = 2_000;
/** A transaction that is not ended within this is aborted by its coordinator; above the longest batch (5 minutes). */
export const KAFKA_TRANSACTION_TIMEOUT_MS = 360_000;
/** Attempts of one request before the worker gives up and the job starts again from its checkpoint. */
export const KAFKA_RETRIES = 8;
export const KAFKA_RETRY_DELAY_MS = 250;

/** Files of one batch source, each a task: more is a mistake in the path. */
export const FILES_PER_SOURCE_MAX = 10_000;
/** Read from a file at once. */
export const READ_BYTES = 256 * 1024;
/** A line or field beyond this is not text of the format that was named. */
export const LINE_LENGTH_MAX = 64 * 1024 * 1024;
/** Rows of a Parquet file in memory at once, and a row group's worth of columns beside them. */
export const PARQUET_ROWS_AT_ONCE = 50_000;

/** Rows that a rate source makes at once: small enough that what takes them can slow it down. */
export const RATE_ROWS_AT_ONCE = 2_000;
/** Files in a watched folder: all are listed before each batch, and those that were read are remembered. */
export const FILES_IN_WATCHED_FOLDER_MAX = 100_000;
/** Files looked at side by side: the thread pool does four at a time anyway. */
export const STATS_AT_ONCE = 64;
/** What a folder source notes of one batch, as text: below the 64 KiB that are stored with a plan. */
export const FOLDER_NOTE_LENGTH_MAX = 48 * 1024;

/** How often a source looks for new topics and partitions of another cluster: a record of a new one comes that much later, once. */
export const FOREIGN_PARTITIONS_REFRESH_MS = 5_000;
/** What a source of another cluster notes of one batch, as text: below the 64 KiB that are stored with a plan; some 700 partitions. */
export const KAFKA_NOTE_LENGTH_MAX = 48 * 1024;

/** Requests of one webhook and worker whose records are being stored: above, 429. A request waits for a broker some milliseconds. */
export const WEBHOOK_REQUESTS_IN_HAND_MAX = 1_000;
/** Their bodies, by what their senders say they are, or may be at most. */
export const WEBHOOK_BYTES_IN_HAND_MAX = 32 * 1024 * 1024;
/** Connections of one webhook and worker: senders keep them open. */
export const WEBHOOK_CONNECTIONS_MAX = 5_000;
/** A sender who takes longer for one request is cut off. */
export const WEBHOOK_BODY_MS_MAX = 30_000;
/** What is being stored when the worker stops is waited for, so long. */
export const WEBHOOK_CLOSE_MS_MAX = 5_000;

/** Characters of a line of a socket source: beyond it, it is no text in lines. */
export const SOCKET_LINE_LENGTH_MAX = 1_000_000;
/** Lines and characters that a socket source keeps in memory until a batch has read them; above, its server waits. */
export const SOCKET_LINES_KEPT_MAX = 100_000;
export const SOCKET_TEXT_KEPT_MAX = 8 * 1024 * 1024;
/** Bytes of lines on their way to a topic; above, the server waits. */
export const SOCKET_BYTES_UNDER_WAY_MAX = 4 * 1024 * 1024;
/** Between connections: at once after one that worked, gentle while there is no server. */
export const SOCKET_RECONNECT_MS_MIN = 100;
export const SOCKET_RECONNECT_MS_MAX = 5_000;
/** A server that does not answer a connection within this is tried again. */
export const SOCKET_CONNECT_MS_MAX = 10_000;
