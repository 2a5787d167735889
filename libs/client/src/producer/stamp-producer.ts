import { type Crc32c, RecordBatchView } from "@millrace/records";
import type { ProducerIdentity } from "./identity.ts";

// Record batch v2, docs/formats: the checksum at 17 covers everything from 21 on.
const CRC_POSITION = 17;
const COVERED_POSITION = 21;
const ATTRIBUTES_LOW_BYTE_POSITION = 22;
const PRODUCER_ID_POSITION = 43;
const PRODUCER_EPOCH_POSITION = 51;
const BASE_SEQUENCE_POSITION = 53;
const TRANSACTIONAL_BIT = 0x10;

/** Writes a producer's numbers into a built batch, in place, and makes its checksum anew. */
export function stampProducer(
  batch: Uint8Array,
  stamp: { readonly identity: ProducerIdentity; readonly baseSequence: number; readonly transactional: boolean },
  crc32c: Crc32c,
): void {
  const data = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  data.setBigInt64(PRODUCER_ID_POSITION, BigInt(stamp.identity.producerId));
  data.setInt16(PRODUCER_EPOCH_POSITION, stamp.identity.producerEpoch);
  data.setInt32(BASE_SEQUENCE_POSITION, stamp.baseSequence);
  const attributes = data.getUint8(ATTRIBUTES_LOW_BYTE_POSITION);
  data.setUint8(ATTRIBUTES_LOW_BYTE_POSITION, stamp.transactional ? attributes | TRANSACTIONAL_BIT : attributes & ~TRANSACTIONAL_BIT);
  const { sizeInBytes } = new RecordBatchView(batch);
  data.setUint32(CRC_POSITION, crc32c(batch.subarray(COVERED_POSITION, sizeInBytes)) >>> 0);
}
