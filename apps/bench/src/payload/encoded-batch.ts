import { randomFillSync } from "node:crypto";
import { crc32c } from "@millrace/codecs";
import { timestampMs } from "@millrace/model";
import { BatchBuilder, RecordOffsets } from "@millrace/records";

// Record batch v2, docs/formats/record-batch.md: the checksum at 17 covers everything from 21 on.
const CRC_POSITION = 17;
const COVERED_POSITION = 21;

/** A batch that was built once and is sent many times, each time with another number in its first record and a new checksum. */
export class EncodedBatch {
  readonly bytes: Uint8Array;
  readonly recordCount: number;
  readonly #view: DataView;
  readonly #numberPosition: number;

  /** As many records of random bytes as fit. */
  constructor(options: { readonly valueBytes: number; readonly batchBytes: number }) {
    const builder = new BatchBuilder({ crc32c });
    const now = timestampMs(Date.now());
    let recordCount = 0;
    while (builder.sizeInBytes + options.valueBytes + RECORD_OVERHEAD_BYTES_MAX <= options.batchBytes || recordCount === 0) {
      builder.append(now, null, randomFillSync(new Uint8Array(options.valueBytes)), []);
      recordCount++;
    }
    this.bytes = builder.build({ compression: "none" });
    this.recordCount = recordCount;
    this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    this.#numberPosition = firstValuePosition(this.bytes);
  }

  /** Writes another number into it, in place: only when nobody reads the bytes any more. */
  renumber(number: number): void {
    this.#view.setFloat64(this.#numberPosition, number);
    this.#view.setUint32(CRC_POSITION, crc32c(this.bytes.subarray(COVERED_POSITION)) >>> 0);
  }
}

/** Number of a batch that `renumber` made. */
export function numberOfBatch(batch: Uint8Array): number {
  return new DataView(batch.buffer, batch.byteOffset, batch.byteLength).getFloat64(firstValuePosition(batch));
}

/** Length, attributes, time and offset deltas, key and value lengths, header count: never more for records of this kind. */
const RECORD_OVERHEAD_BYTES_MAX = 16;

function firstValuePosition(batch: Uint8Array): number {
  const offsets = new RecordOffsets();
  offsets.decode(batch, {});
  const value = offsets.value(0);
  if (value === null) throw new Error("the first record has no value");
  return value.byteOffset - batch.byteOffset;
}
