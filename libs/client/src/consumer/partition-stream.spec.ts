import { afterEach, describe, expect, it } from "@jest/globals";
import { bindService, type BoundService, BrokerService, createLoopback, type RpcServer } from "@millrace/contracts";
import { AppError, leaderEpoch, offset, timestampMs } from "@millrace/model";
import { BatchBuilder, stampBatch } from "@millrace/records";
import { ManualClock, referenceCrc32c as crc32c, SeededRandom, settle } from "@millrace/testkit";
import { createClient } from "../create-client.ts";
import type { Client } from "../api.ts";

/** A broker that serves one batch of one record per answer and fails as it is told to. */
interface Script {
  readonly asked: number[];
  readonly failures: AppError[];
  readonly answersUntilFailure: number;
}

const END = 6;

function scriptedBroker(script: Script): BoundService {
  const unused = (): Promise<never> => Promise.reject(new Error("not part of this spec"));
  return bindService(BrokerService, {
    produce: unused,
    fetch: unused,
    listOffsets: unused,
    deleteRecords: unused,
    produceStream: async function* () {
      yield await unused();
    },
    getMetadata: () =>
      Promise.resolve({
        brokers: [{ brokerId: 1, address: "broker:1" }],
        topics: [{ name: "t", topicId: "1", partitions: [{ partition: 0, leader: 1, replicas: [1], inSyncSet: [1] }] }],
      }),
    fetchStream: async function* ({ fetch }) {
      let next = Number(fetch?.partitions[0]?.offset ?? 0n);
      script.asked.push(next);
      for (let answers = 0; next < END; answers++) {
        const failure = answers === script.answersUntilFailure ? script.failures.shift() : undefined;
        if (failure !== undefined) throw failure;
        yield await Promise.resolve({ fetch: { results: [{ topic: "t", partition: 0, batches: batchAt(next), nextOffset: BigInt(++next) }] } });
      }
    },
  });
}

function batchAt(at: number): Uint8Array {
  const builder = new BatchBuilder({ crc32c });
  builder.append(timestampMs(0), null, Uint8Array.of(at));
  const batch = builder.build();
  stampBatch(batch, { baseOffset: offset(at), leaderEpoch: leaderEpoch(0) });
  return batch;
}

let clock: ManualClock;
let client: Client;
let server: RpcServer;
let asked: number[];

async function start(script: Omit<Script, "asked">): Promise<void> {
  clock = new ManualClock();
  asked = [];
  const loopback = createLoopback();
  server = await loopback.listen("broker:1", [scriptedBroker({ ...script, asked })]);
  client = createClient({ bootstrap: ["broker:1"], retryForMs: 5_000 }, { transport: loopback, clock, random: new SeededRandom(1), crc32c });
}

afterEach(async () => {
  await client.close();
  await server.stop({ deadlineMs: 0 });
});

async function offsetsOf(endOffset: number): Promise<number[]> {
  const offsets: number[] = [];
  const reading = (async () => {
    for await (const chunk of client.fetchRange({ topic: "t", partition: 0, startOffset: 0, endOffset })) offsets.push(chunk.nextOffset - 1);
  })();
  reading.catch(() => undefined); // thrown below
  for (let turn = 0; turn < 100; turn++) {
    await clock.advance(100);
    await settle();
  }
  await reading;
  return offsets;
}

const away = (): AppError => new AppError({ kind: "unavailable", code: "unreachable", message: "gone" });

describe("Client.fetchRange", () => {
  it("ends when the end offset has been passed", async () => {
    await start({ answersUntilFailure: Infinity, failures: [] });
    expect(await offsetsOf(4)).toEqual([0, 1, 2, 3]);
  });

  it("goes on where it was when the stream breaks", async () => {
    await start({ answersUntilFailure: 2, failures: [away(), away()] });
    expect(await offsetsOf(END)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(asked.slice(0, 3)).toEqual([0, 2, 4]);
  });

  it("throws what a repetition does not help against", async () => {
    await start({ answersUntilFailure: 1, failures: [new AppError({ kind: "invalid", code: "offset-out-of-range", message: "no" })] });
    await expect(offsetsOf(END)).rejects.toMatchObject({ code: "offset-out-of-range" });
  });

  it("gives up when nothing comes for as long as it repeats", async () => {
    await start({ answersUntilFailure: 0, failures: Array.from({ length: 100 }, away) });
    await expect(offsetsOf(END)).rejects.toMatchObject({ kind: "unavailable" });
    expect(clock.pendingTimers).toBe(0);
  });

  it("reads nothing of an empty range", async () => {
    await start({ answersUntilFailure: Infinity, failures: [] });
    expect(await offsetsOf(0)).toEqual([]);
    expect(asked).toEqual([]);
  });
});
