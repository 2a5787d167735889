import { createBatchCursor, type Crc32c } from "@millrace/records";

// Record batch v2, docs/formats: the checksum at 17 covers everything from 21 on.
const CRC_POSITION = 17;
const COVERED_POSITION = 21;
const PRODUCER_ID_POSITION = 43;

/**
 * Moves the producer ids of all batches up by `base`, in place, and makes their checksums anew. Records, transactions and their markers stay what they were; but their
 * producers are nobody of the cluster that they come to, whose own begin to count at 0 like those of the old one.
 */
export function remapProducers(batches: Uint8Array, base: number, crc32c: Crc32c): void {
  const data = new DataView(batches.buffer, batches.byteOffset, batches.byteLength);
  for (const cursor = createBatchCursor(batches); cursor.advance();) {
    const { position, producerId, sizeInBytes } = cursor.view;
    if (producerId < 0) continue;
    data.setBigInt64(position + PRODUCER_ID_POSITION, BigInt(producerId + base));
    data.setUint32(position + CRC_POSITION, crc32c(batches.subarray(position + COVERED_POSITION, position + sizeInBytes)) >>> 0);
  }
}
