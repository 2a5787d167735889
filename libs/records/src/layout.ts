/** Where the fields of a record batch v2 stand; see docs/formats/record-batch.md. All integers are big-endian. */
export const BASE_OFFSET_POSITION = 0; // int64
export const BATCH_LENGTH_POSITION = 8; // int32, bytes after this field
export const LEADER_EPOCH_POSITION = 12; // int32
export const MAGIC_POSITION = 16; // int8
export const CRC_POSITION = 17; // uint32, over everything from ATTRIBUTES_POSITION on
export const ATTRIBUTES_POSITION = 21; // int16
export const LAST_OFFSET_DELTA_POSITION = 23; // int32
export const BASE_TIMESTAMP_POSITION = 27; // int64
export const MAX_TIMESTAMP_POSITION = 35; // int64
export const PRODUCER_ID_POSITION = 43; // int64
export const PRODUCER_EPOCH_POSITION = 51; // int16
export const BASE_SEQUENCE_POSITION = 53; // int32
export const RECORD_COUNT_POSITION = 57; // int32
/** Size of a batch's header, and of the smallest batch there is: one emptied by compaction. */
export const BATCH_HEADER_BYTES = 61;
/** Bytes of baseOffset and batchLength, which batchLength does not count. */
export const BATCH_OVERHEAD_BYTES = 12;

export const MAGIC_V2 = 2;

export const COMPRESSION_MASK = 0x07;
export const TIMESTAMP_TYPE_BIT = 0x08;
export const TRANSACTIONAL_BIT = 0x10;
export const CONTROL_BIT = 0x20;
/** Compaction has set when tombstones or the marker of the batch may go; that time stands in place of the base timestamp (KIP-534). */
export const DELETE_HORIZON_BIT = 0x40;

export const SEQUENCE_MAX = 2_147_483_647; // int32; the sequence after it is 0
