import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import type { Client, Producer, ProducerRecord } from "@millrace/client";
import { StatePartSchema } from "@millrace/contracts";
import { leaderEpoch, offset, timestampMs } from "@millrace/model";
import { BatchBuilder, type CompressionCodecs, stampBatch } from "@millrace/records";
import { inlineBytesMax, loadStatePart, storeStatePart } from "./state-parts.ts";

const crc32c = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => (sum * 31 + byte) % 4_294_967_296, bytes.length);

/** The checkpoints partition: every record a batch of its own. */
function createRig() {
  const batches: Uint8Array[] = [];
  const write = (key: Uint8Array, value: Uint8Array): number => {
    const builder = new BatchBuilder({ crc32c: () => 0 });
    builder.append(timestampMs(1), key, value);
    const batch = builder.build();
    stampBatch(batch, { baseOffset: offset(batches.length), leaderEpoch: leaderEpoch(0) });
    return batches.push(batch) - 1;
  };
  const producer = {
    open: () => Promise.resolve(),
    sendAndWait: (_: string, { key, value }: ProducerRecord) => {
      write(new TextEncoder().encode("someone else's"), new Uint8Array([1])); // Between any two records of ours.
      return Promise.resolve({ partition: 0, offset: write(key ?? new Uint8Array(), value ?? new Uint8Array()) });
    },
  } as unknown as Producer;
  const client = {
    partitionCount: () => Promise.resolve(1),
    listOffsets: () => Promise.resolve([{ offset: batches.length }]),
    fetchRange: async function* ({ startOffset }: { startOffset: number }) {
      await Promise.resolve();
      for (const batch of batches.slice(startOffset)) yield { batches: batch, aborted: [] };
    },
  } as unknown as Client;
  const ports = { client, crc32c, compression: {} as CompressionCodecs };
  const store = async (bytes: Uint8Array, jobEpoch = 1) => {
    const target = { jobId: "origin", jobEpoch, batch: 7, producer, inlineBytesMax: 64 * 1024 };
    const chunks = Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, i) =>
      bytes.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
    );
    const part = await storeStatePart({ operatorId: "count", taskIndex: 2, keyCount: 1, isFull: true, chunks }, target, ports);
    return create(StatePartSchema, part);
  };
  const load = async (part: Awaited<ReturnType<typeof store>>): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of loadStatePart(part, ports)) chunks.push(chunk.slice());
    return new Uint8Array(Buffer.concat(chunks));
  };
  return { store, load, batches };
}

/** Not a divisor of anything that records are cut by. */
const CHUNK_BYTES = 70_001;

const bytesOf = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * seed) % 251);

describe("state parts", () => {
  it.each([0, 10, 64 * 1024, 64 * 1024 + 1, 1_200_000])("come back as they were: %i bytes", async (length) => {
    const { store, load } = createRig();
    const bytes = bytesOf(length, 7);
    expect(await load(await store(bytes))).toEqual(bytes);
  });

  it("are found by whoever has the manifest, also a job that starts from another one's savepoint", async () => {
    const { store, load } = createRig();
    const part = await store(bytesOf(600_000, 3));
    expect(part.location.value).toMatchObject({ key: "origin/1/count/2/7", recordCount: 2 });
    expect(await load(part)).toHaveLength(600_000);
  });

  it("are not mixed up with what a worker of an older epoch still wrote", async () => {
    const { store, load } = createRig();
    await store(bytesOf(600_000, 5), 1);
    const bytes = bytesOf(600_000, 11);
    expect(await load(await store(bytes, 2))).toEqual(bytes);
  });

  it("are refused when bytes are missing", async () => {
    const { store, load, batches } = createRig();
    const part = await store(bytesOf(600_000, 3));
    batches.pop();
    await expect(load(part)).rejects.toMatchObject({ code: "checkpoint-damaged" });
  });
});

describe("inlineBytesMax", () => {
  it("keeps all parts of a job within one commit", () => {
    expect(inlineBytesMax(8, 2)).toBe(64 * 1024);
    expect(inlineBytesMax(720, 1) * 720).toBeLessThanOrEqual(8 * 1024 * 1024);
  });
});
