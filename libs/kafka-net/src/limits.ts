/** Kafka's socket.request.max.bytes, 100 MiB. A greater size is a client that does not speak Kafka (TLS, HTTP). */
export const FRAME_BYTES_MAX = 104_857_600;

/** First buffer of a frame that arrives in pieces. It doubles with what has arrived, so that a client that names 100 MiB and stops holds at most twice what it sent. */
export const PARTIAL_FRAME_BYTES_INITIAL = 512;

/** Produce requests of one connection under way: librdkafka pipelines up to 1,000,000 but waits for 5 with idempotence; 64 keep one fdatasync busy. */
export const REQUESTS_IN_FLIGHT_MAX = 64;

/** Bytes of those requests, 16 MiB: as many as one gRPC stream may have. One request alone is taken whatever its size. */
export const REQUEST_BYTES_IN_FLIGHT_MAX = 16_777_216;

/** Connections of one listener: above, new ones are refused at once. 20,000 idle ones take about 200 MB. */
export const CONNECTIONS_MAX = 20_000;

/** Kafka's connections.max.idle.ms: nothing under way and nothing heard for so long. */
export const IDLE_MS_DEFAULT = 600_000;

/** How long a client may leave an answer unread without taking a byte of it: then its memory is worth more than its connection. */
export const STALL_MS_DEFAULT = 60_000;

/** What one read of a socket takes at most, in memory that all connections of a listener share: several requests of a client that sends ahead, and still within a core's cache. */
export const READ_BYTES = 262_144;

/** With less than this of a frame to come it is read together with what follows, and copied: cheaper than a read of its own. */
export const TARGET_BYTES_MIN = 32_768;

/** Room of frames that is ahead of what has arrived, over all connections of a listener: a hundred batches of 1 MB on their way. Above, buffers grow with what comes. */
export const AHEAD_BYTES_MAX = 104_857_600;

/** Answers of one turn that are together no larger are joined to one buffer for one write: copying them costs less than a list of them does. */
export const JOINED_ANSWERS_BYTES_MAX = 16_384;

/** Frames below are cheaper made anew than looked up; above, none is common enough to keep memory for. */
export const POOLED_FRAME_BYTES_MIN = 8_192;
export const POOLED_FRAME_BYTES_MAX = 4_194_304;

/** Free memory of frames, per listener: as many bytes as one connection may have under way (REQUEST_BYTES_IN_FLIGHT_MAX). */
export const FRAME_POOL_BYTES_MAX = 16_777_216;
