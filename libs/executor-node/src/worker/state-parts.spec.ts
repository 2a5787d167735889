import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import type { Client, Producer, ProducerRecord } from "@millrace/client";
import { StatePartSchema } from "@millrace/contracts";
import { leaderEpoch, offset, timestampMs } from "@millrace/model";
import { BatchBuilder, type CompressionCodecs, stampBatch } from "@millrace/records";
import type { CheckpointFile } from "@millrace/ports";
import { MemoryCheckpointPlaces } from "@millrace/testkit";
import { inlineBytesMax, loadStatePart, storeStatePart } from "./state-parts.ts";

const crc32c = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => (sum * 31 + byte) % 4_294_967_296, bytes.length);

const PATH = "file:///checkpoints";
const PLACES = ["topic", "file"] as const;

/** The checkpoints partition, every record a batch of its own, and a checkpoint path. Parts go to one of them. */
async function createRig(to: (typeof PLACES)[number] = "topic") {
  const places = new MemoryCheckpointPlaces([PATH]);
  const place = to === "file" ? { url: PATH, place: await places.open(PATH) } : undefined;
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
  const ports = { client, crc32c, compression: {} as CompressionCodecs, places };
  const store = async (bytes: Uint8Array, jobEpoch = 1) => {
    const target = { jobId: "origin", jobEpoch, batch: 7, producer, place, inlineBytesMax: 64 * 1024 };
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
  const damage = (): void => {
    if (to === "topic") return void batches.pop();
    const [[name, bytes] = ["", new Uint8Array()]] = places.files.get(PATH) ?? [];
    places.files.get(PATH)?.set(name, bytes.slice(0, -1));
  };
  return { store, load, damage, places };
}

/** Not a divisor of anything that records are cut by. */
const CHUNK_BYTES = 70_001;

const bytesOf = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * seed) % 251);

describe.each(PLACES)("state parts beside the store, in a %s", (to) => {
  it.each([0, 10, 64 * 1024, 64 * 1024 + 1, 1_200_000])("come back as they were: %i bytes", async (length) => {
    const { store, load } = await createRig(to);
    const bytes = bytesOf(length, 7);
    expect(await load(await store(bytes))).toEqual(bytes);
  });

  it("are not mixed up with what a worker of an older epoch still wrote", async () => {
    const { store, load } = await createRig(to);
    await store(bytesOf(600_000, 5), 1);
    const bytes = bytesOf(600_000, 11);
    expect(await load(await store(bytes, 2))).toEqual(bytes);
  });

  it("are refused when bytes are missing", async () => {
    const { store, load, damage } = await createRig(to);
    const part = await store(bytesOf(600_000, 3));
    damage();
    await expect(load(part)).rejects.toMatchObject({ code: "checkpoint-damaged" });
  });
});

describe("state parts", () => {
  it("are found by whoever has the manifest, also a job that starts from another one's savepoint", async () => {
    const { store, load } = await createRig();
    const part = await store(bytesOf(600_000, 3));
    expect(part.location.value).toMatchObject({ key: "origin/1/count/2/7", recordCount: 2 });
    expect(await load(part)).toHaveLength(600_000);
  });

  it("have a file each, which says by name of which epoch, batch, task and operator", async () => {
    const { store, load } = await createRig("file");
    const part = await store(bytesOf(600_000, 3));
    expect(part.location).toMatchObject({ case: "file", value: { place: PATH, name: "origin/1.7.2.count" } });
    expect(await load(part)).toHaveLength(600_000);
  });

  it("leave no file behind when they cannot be written to the end", async () => {
    const { places } = await createRig("file");
    const place = await places.open(PATH);
    let isAbandoned = false;
    const full: CheckpointFile = {
      write: () => Promise.reject(new Error("disk full")),
      commit: () => Promise.resolve(),
      abandon: () => Promise.resolve(void (isAbandoned = true)),
    };
    const target = { jobId: "j", jobEpoch: 1, batch: 1, producer: {} as Producer, inlineBytesMax: 1 };
    const ports = { client: {} as Client, crc32c, compression: {} as CompressionCodecs, places };
    const snapshot = { operatorId: "count", taskIndex: 0, keyCount: 1, isFull: true, chunks: [bytesOf(10, 1)] };
    const stored = storeStatePart(
      snapshot,
      { ...target, place: { url: PATH, place: { ...place, create: () => Promise.resolve(full) } } },
      ports,
    );
    await expect(stored).rejects.toThrow("disk full");
    expect(isAbandoned).toBe(true);
  });
});

describe("inlineBytesMax", () => {
  it("keeps all parts of a job within one commit", () => {
    expect(inlineBytesMax(8, 2)).toBe(64 * 1024);
    expect(inlineBytesMax(720, 1) * 720).toBeLessThanOrEqual(8 * 1024 * 1024);
  });
});
