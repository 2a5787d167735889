import { crc32c, createCompressionCodecs } from "@millrace/codecs";
import { producerEpoch, producerId, timestampMs } from "@millrace/model";
import {
  BatchBuilder,
  type CompressionType,
  readEndTransactionMarker,
  readRecords,
  RecordOffsets,
  splitBatches,
  validateBatch,
  verifyBatch,
} from "@millrace/records";
import type { FuzzTarget } from "../fuzz-target.ts";
import { takenOrRefused } from "../refusal.ts";

const CODECS: readonly CompressionType[] = ["none", "gzip", "snappy", "lz4", "zstd"];
const CRC_POSITION = 17;
const CRC_START = 21;
const HEADER_BYTES = 61;
const OUTPUT_BYTES_MAX = 1_048_576;
const compression = createCompressionCodecs();

/** A batch of each codec, plain, idempotent and transactional. */
export function sampleBatches(): readonly Uint8Array[] {
  return CODECS.flatMap((type) =>
    [false, true].map((isNumbered) => {
      const builder = new BatchBuilder({ crc32c, codecs: compression });
      for (let index = 0; index < 12; index++) {
        const headers = index % 3 === 0 ? [{ key: "h", value: new Uint8Array(index) }] : [];
        builder.append(timestampMs(1_000 + index), new Uint8Array(index), new Uint8Array(index * 7).fill(index), headers);
      }
      return isNumbered
        ? builder.build({
            compression: type,
            producerId: producerId(7),
            producerEpoch: producerEpoch(0),
            baseSequence: 0,
            transactional: true,
          })
        : builder.build({ compression: type });
    }),
  );
}

/** Half of the inputs get the right length and checksum again, so that they come as far as the records. */
export function repaired(bytes: Uint8Array): Uint8Array {
  if (bytes.length < HEADER_BYTES || (bytes[bytes.length - 1] ?? 0) % 2 === 0) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setInt32(8, bytes.length - 12);
  view.setUint32(CRC_POSITION, crc32c(bytes.subarray(CRC_START)));
  return bytes;
}

export const recordTargets: readonly FuzzTarget[] = [
  { name: "record-batch", open: () => ({ corpus: sampleBatches(), run: readBatch }) },
  ...CODECS.slice(1).map((type): FuzzTarget => ({
    name: `decompress-${type}`,
    open: () => ({
      corpus: [0, 10, 300, 5_000].map((length) =>
        compression.compress(
          type,
          new Uint8Array(length).map((_, index) => (index * 7) % 31),
        ),
      ),
      run: (bytes) => {
        let output = new Uint8Array(0);
        takenOrRefused(() => (output = Uint8Array.from(compression.decompress(type, bytes, OUTPUT_BYTES_MAX))));
        if (output.length > OUTPUT_BYTES_MAX) throw new Error(`${output.length} bytes came of a bound of ${OUTPUT_BYTES_MAX}`);
      },
    }),
  })),
];

const offsets = new RecordOffsets();

function readBatch(mutated: Uint8Array): void {
  const bytes = repaired(mutated);
  takenOrRefused(() => validateBatch(bytes, { crc32c, maxBytes: 100_000 }));
  takenOrRefused(() => verifyBatch(bytes, { crc32c }));
  const { batches, endPosition } = splitBatches(bytes);
  if (endPosition > bytes.length) throw new Error(`batches end outside of the buffer endPosition=${endPosition}`);
  for (const batch of batches) {
    takenOrRefused(() => readEndTransactionMarker(batch));
    takenOrRefused(() => offsets.decode(batch));
    takenOrRefused(() => {
      let records = 0;
      for (const { offset } of readRecords(batch, { codecs: compression })) records += offset < 0 ? 0 : 1;
      if (records > OUTPUT_BYTES_MAX) throw new Error(`${records} records came of ${batch.length} bytes`);
    });
  }
}
