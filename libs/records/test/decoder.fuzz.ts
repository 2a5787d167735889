import { describe, expect, it } from "@jest/globals";
import { AppError, timestampMs, type ProducerEpoch, type ProducerId } from "@millrace/model";
import {
  BatchBuilder,
  readEndTransactionMarker,
  readRecords,
  RecordBatchView,
  RecordOffsets,
  splitBatches,
  validateBatch,
  verifyBatch,
} from "../src/index.ts";
import { crc32c } from "./crc32c.ts";
import { goldenBytes } from "./golden.ts";

/** Set by `FUZZ_RUNS=… FUZZ_SEED=…` in the environment, through jest.config.mjs. */
declare const FUZZ_RUNS: number;
declare const FUZZ_SEED: number;

/** mulberry32: a number sequence from a seed, so that a failure can be run again. */
function createRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

const random = createRandom(FUZZ_SEED);
/** Bytes that lengths, counts and varints like to break at. */
const EDGES = [0, 1, 2, 3, 0x0f, 0x10, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff];

function corpus(): Uint8Array[] {
  const builder = new BatchBuilder({ crc32c });
  for (let index = 0; index < 20; index++) {
    builder.append(
      timestampMs(1_000 + index),
      new Uint8Array(index),
      new Uint8Array(index * 7),
      index % 3 === 0 ? [{ key: "h", value: new Uint8Array(index) }] : [],
    );
  }
  const idempotent = builder.build({ producerId: 1 as ProducerId, producerEpoch: 0 as ProducerEpoch, baseSequence: 0 });
  return [...["plain", "nulls", "headers", "timestamps", "transactional", "commit-marker"].map(goldenBytes), idempotent];
}

/** One to eight changes: a byte set to an edge or at random, a bit flipped, a stretch cut out, doubled, or the end cut off. */
function mutated(original: Uint8Array): Uint8Array {
  let bytes = original.slice();
  for (let change = random(8); change >= 0 && bytes.length > 0; change--) {
    const position = random(bytes.length);
    const length = random(Math.min(16, bytes.length - position)) + 1;
    switch (random(6)) {
      case 0:
        bytes[position] = EDGES[random(EDGES.length)] ?? 0;
        break;
      case 1:
        bytes[position] = random(256);
        break;
      case 2:
        bytes[position] = (bytes[position] ?? 0) ^ (1 << random(8));
        break;
      case 3:
        bytes = Uint8Array.of(...bytes.subarray(0, position), ...bytes.subarray(position + length));
        break;
      case 4:
        bytes = Uint8Array.of(...bytes.subarray(0, position + length), ...bytes.subarray(position));
        break;
      default:
        bytes = bytes.slice(0, position);
    }
  }
  // Half of them with a right length, so that they come as far as the records.
  if (random(2) === 0 && bytes.length > 12) new DataView(bytes.buffer).setInt32(8, bytes.length - 12);
  return bytes;
}

/** The bytes in the middle of a larger buffer, so that a part which reaches beyond them is possible, and seen. */
function guarded(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 64).fill(0x55);
  buffer.set(bytes, 32);
  return buffer.subarray(32, 32 + bytes.length);
}

function expectAppError(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.kind !== "corrupt" && error.kind !== "invalid") throw error;
  }
}

/** Positions are used without a check by those who decode values themselves, so each must be inside of the batch, in order. */
function assertInside(batch: Uint8Array, offsets: RecordOffsets): void {
  let previousEnd = 61;
  const end = new RecordBatchView(batch).sizeInBytes;
  for (let index = 0; index < offsets.count; index++) {
    const [keyStart = 0, keyLength = 0] = [offsets.keyStarts[index], offsets.keyLengths[index]];
    const [valueStart = 0, valueLength = 0] = [offsets.valueStarts[index], offsets.valueLengths[index]];
    const [headerStart = 0, recordEnd = 0] = [offsets.headerStarts[index], offsets.recordEnds[index]];
    const positions = [
      previousEnd,
      keyStart,
      keyStart + Math.max(keyLength, 0),
      valueStart,
      valueStart + Math.max(valueLength, 0),
      headerStart,
      recordEnd,
      end,
    ];
    for (let i = 1; i < positions.length; i++) {
      if ((positions[i] ?? 0) < (positions[i - 1] ?? 0)) throw new Error(`a part is outside of its record positions=${positions.join()}`);
    }
    if (offsets.key(index)?.length !== (keyLength < 0 ? undefined : keyLength)) throw new Error("a key is shorter than its length");
    if (offsets.value(index)?.length !== (valueLength < 0 ? undefined : valueLength)) throw new Error("a value is shorter than its length");
    previousEnd = recordEnd;
  }
}

function readAllHeaders(batch: Uint8Array): number {
  let bytes = 0;
  for (const { headers } of readRecords(batch)) for (const { key, value } of headers) bytes += key.length + (value?.length ?? 0);
  return bytes;
}

describe("the decoder", () => {
  it("answers any bytes with records inside of them or a typed error, and allocates no more than they justify", () => {
    const originals = corpus();
    const offsets = new RecordOffsets();
    let run = 0;
    try {
      for (; run < FUZZ_RUNS; run++) {
        const bytes = guarded(mutated(originals[random(originals.length)] ?? new Uint8Array(0)));
        expectAppError(() => validateBatch(bytes, { crc32c: () => 0, maxBytes: 10_000 }));
        expectAppError(() => verifyBatch(bytes, { crc32c: () => new DataView(bytes.buffer, bytes.byteOffset).getUint32(17) }));
        const { batches, endPosition } = splitBatches(bytes);
        if (endPosition > bytes.length) throw new Error(`batches end outside of the buffer endPosition=${endPosition}`);
        for (const batch of bytes.length < 61 ? batches : [bytes, ...batches]) {
          expectAppError(() => readEndTransactionMarker(batch));
          expectAppError(() => {
            if (readAllHeaders(batch) > batch.length) throw new Error("headers are larger than their batch");
          });
          expectAppError(() => {
            assertInside(batch, offsets.decode(batch));
          });
        }
      }
      expect(offsets.offsets.length).toBeLessThanOrEqual(10_000 / 7);
    } catch (error) {
      throw new Error(`run again with FUZZ_SEED=${FUZZ_SEED} FUZZ_RUNS=${run + 1}`, { cause: error });
    }
  });
});
