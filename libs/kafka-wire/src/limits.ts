/** Largest frame: Kafka's socket.request.max.bytes, 100 MiB. A greater size is a client that does not speak Kafka (TLS, HTTP). */
export const FRAME_BYTES_MAX = 104_857_600;

/** Bytes of the size before each frame. */
export const FRAME_SIZE_BYTES = 4;

/**
 * Elements that all arrays of one frame have together. Kafka allows as many per array; per frame, as nested arrays multiply: an element takes
 * one byte of the frame at least and about a hundred of memory, so that a frame of 100 MiB would take 10 GiB. 1,000,000 elements were measured at 120 to
 * 140 MB of heap, and are 100 times what a Fetch of 10,000 partitions has.
 */
export const ARRAY_ELEMENTS_MAX = 1_000_000;

/** Tagged fields of one struct. Kafka's own messages have four at most. */
export const TAGGED_FIELDS_MAX = 10_000;

/** First buffer of an unfinished frame. It grows with what has arrived, by doubling, so that half a frame never costs more than twice its bytes. */
export const PARTIAL_FRAME_BYTES_INITIAL = 512;

/** First buffer of a writer: most answers fit. */
export const WRITER_BYTES_INITIAL = 1_024;

/** Answers share buffers of this size: some eighty small ones each. */
export const WRITER_ARENA_BYTES = 8_192;

/** From this length on, bytes are handed on as they are instead of being copied: below, a part of its own costs more in writev than the copy. */
export const COPY_BYTES_MAX = 512;
