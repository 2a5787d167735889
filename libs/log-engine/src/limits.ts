import { assert } from "@millrace/stdx";

/** Batches kept per producer and partition to answer a retry with its first offset: Kafka's number, as clients have 5 requests in flight (G27). */
export const PRODUCER_BATCHES_KEPT = 5;

/** Producers kept per partition. 100,000 at about 400 bytes are 40 MB; above it the longest idle ones without a transaction are forgotten. */
export const PRODUCERS_MAX = 100_000;

/** Part of them forgotten at once when the limit is reached, so that the search costs little per new producer. */
export const PRODUCERS_FORGOTTEN_AT_ONCE = 1_000;

/** A producer is forgotten after a day without a batch: Kafka's producer.id.expiration.ms. */
export const PRODUCER_IDLE_MS_MAX = 86_400_000;

/** Bytes staged and not written, per log: many turns' worth. Above it `stage` refuses (`log-backlog`). */
export const STAGED_BYTES_MAX = 33_554_432;

/** Tail slabs start small for the many partitions that see little, and double up to where a write is cheapest per byte (256 KiB and more). */
export const SLAB_BYTES_MIN = 16_384;
export const SLAB_BYTES_MAX = 1_048_576;

/** Memory that is taken again: from 64 KiB, below which the collector is cheaper, to a read's greatest size (READ_BYTES_MAX and its lead), in steps of 64 KiB. */
export const POOLED_BYTES_MIN = 65_536;
export const POOLED_BYTES_STEP = 65_536;
export const POOLED_BYTES_MAX = 8_454_144;

/** Free memory kept, per tail cache: what two answers of 8 MiB give back at once. */
export const FREE_MEMORY_BYTES_MAX = 16_777_216;

/** Tail cache of a log that was given none: enough to serve what was just written. */
export const TAIL_CACHE_BYTES_DEFAULT = 4_194_304;

/** Positions are kept in 32 bits and Node reads at most 2 GiB at once; a segment passes `segment.bytes` by at most one turn's staged bytes. */
export const SEGMENT_POSITION_END = 2_147_483_648;

/** Read at once by recovery and scans: large enough to be sequential, small enough not to matter in memory. */
export const SCAN_CHUNK_BYTES = 1_048_576;

/** Largest read that one call returns, whatever was asked: 8 MiB hold the loop for about 4 ms. */
export const READ_BYTES_MAX = 8_388_608;

/** Indexes of closed segments held in memory per log; 2 MiB each at 1 GiB segments. */
export const CLOSED_INDEXES_KEPT = 2;

/** Producer snapshots kept: that of the active segment and the one before, in case the newest is damaged. */
export const SNAPSHOTS_KEPT = 2;

/** Largest batch that is believed when scanning: four times the largest `max.message.bytes` in use (64 MiB builder bound). */
export const BATCH_BYTES_MAX = 268_435_456;

const ascending: readonly number[] = [SLAB_BYTES_MIN, SLAB_BYTES_MAX, STAGED_BYTES_MAX, SEGMENT_POSITION_END];
assert(ascending.toSorted((a, b) => a - b).join() === ascending.join(), "a slab fits into what may be staged, and that into a segment");

/** Chunk of a file in memory: growing copies at most this much, and an idle file wastes less than half of it. */
export const MEMORY_CHUNK_BYTES = 1_048_576;

/** Read at once by compaction and scrubbing: decoding 256 KiB holds the loop for about 2 ms. */
export const COMPACTION_CHUNK_BYTES = 262_144;

/**
 * Keys of one compaction pass, and their bytes: with 24 bytes beside each key a pass holds at most 56 MiB, one pass at a time per process. A log with more keys is
 * compacted in several passes.
 */
export const COMPACTION_KEYS_MAX = 1_000_000;
export const COMPACTION_KEY_BYTES_TOTAL = 33_554_432;

/** Refused records of a batch that an answer names: a producer that forgets one key forgets all. */
export const RECORD_ERRORS_MAX = 100;

/** Records with a longer key are kept for ever: a few of them would fill a pass. */
export const COMPACTION_KEY_BYTES_MAX = 1_048_576;

/**
 * How far what is written may run ahead of what was read, when delete horizons make batches longer: a segment is at most SEGMENT_POSITION_END - STAGED_BYTES_MAX
 * and one turn's staged bytes, and the outcome must stay below SEGMENT_POSITION_END.
 */
export const COMPACTION_GROWTH_BYTES_MAX = 1_048_576;
