/**
 * The fewest bytes a record can take: length, attributes, timestampDelta, offsetDelta, keyLength, valueLength and
 * headerCount, one each. A recordCount of more than payload / 7 is a lie, and nothing is allocated for it.
 */
export const RECORD_BYTES_MIN = 7;

/** The fewest bytes a header can take: key length and value length. Bounds the header count in the same way. */
export const HEADER_BYTES_MIN = 2;

/**
 * Largest batch a builder makes and a decompressed payload may have when the caller names no bound of its own: 64 MiB, which is 64 times
 * Kafka's default max.message.bytes and so covers what any codec here gains on real data. It stops a bomb of a few KiB from taking the process.
 */
export const PAYLOAD_BYTES_MAX = 67_108_864;

/** First size of a builder's buffer: Kafka's default batch.size, so that the common batch never grows it. */
export const BUILDER_BYTES_INITIAL = 16_384;
