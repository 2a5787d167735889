import { afterEach, describe, expect, it } from "@jest/globals";
import { bindService, type BoundService, BrokerService, createLoopback, type RpcServer } from "@millrace/contracts";
import { AppError, leaderEpoch, offset, timestampMs } from "@millrace/model";
import { BatchBuilder, stampBatch } from "@millrace/records";
import { ManualClock, referenceCrc32c as crc32c, SeededRandom, settle } from "@millrace/testkit";
import { createClient } from "../create-client.ts";
import type { Client } from "../api.ts";

/** A broker that serves one batch of one record per answer and fails as it is told to. */
interface Script {
  /** Start and end of each stream that was asked for. */
  readonly asked: [number, number | undefined][];
  readonly served: number[];
  /** As older brokers: it goes on behind the end. */
  readonly ignoresEnd?: boolean;
  readonly failures: AppError[];
  readonly answersUntilFailure: number;
}

const LOG_END = 6;

function scriptedBroker(script: Script): BoundService {
  const unused = (): Promise<never> => Promise.reject(new Error("not part of this spec"));
  return bindService(BrokerService, {
    produce: unused,
    fetch: unused,
    listOffsets: unused,
    deleteRecords: unused,
    holdRecords: unused,
    produceStream: async function* () {
      yield await unused();
    },
    getMetadata: () =>
      Promise.resolve({
        brokers: [{ brokerId: 1, address: "broker:1" }],
        topics: [{ name: "t", topicId: "1", partitions: [{ partition: 0, leader: 1, replicas: [1], inSyncSet: [1] }] }],
      }),
    fetchStream: async function* ({ fetch }) {
      const [asked] = fetch?.partitions ?? [];
      let next = Number(asked?.offset ?? 0n);
      const end = asked?.endOffset === undefined ? undefined : Number(asked.endOffset);
      script.asked.push([next, end]);
      for (let answers = 0; next < (script.ignoresEnd === true ? LOG_END : Math.min(LOG_END, end ?? LOG_END)); answers++) {
        const failure = answers === script.answersUntilFailure ? script.failures.shift() : undefined;
        if (failure !== undefined) throw failure;
        script.served.push(next);
        yield await Promise.resolve({
          fetch: { results: [{ topic: "t", partition: 0, batches: batchAt(next), nextOffset: BigInt(++next) }] },
        });
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
let asked: Script["asked"];
let served: number[];

async function start(script: Omit<Script, "asked" | "served">): Promise<void> {
  clock = new ManualClock();
  asked = [];
  served = [];
  const loopback = createLoopback();
  server = await loopback.listen("broker:1", [scriptedBroker({ ...script, asked, served })]);
  client = createClient(
    { bootstrap: ["broker:1"], retryForMs: 5_000 },
    { transport: loopback, clock, random: new SeededRandom(1), crc32c },
  );
}

afterEach(async () => {
  await client.close();
  await server.stop({ deadlineMs: 0 });
});

async function offsetsOf(endOffset: number): Promise<number[]> {
  const offsets: number[] = [];
  const reading = (async () => {
    for await (const chunk of client.fetchRange({ topic: "t", partition: 0, startOffset: 0, endOffset }))
      offsets.push(chunk.nextOffset - 1);
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

  it("fetches nothing ahead of the end offset: the next range is another's to read", async () => {
    await start({ answersUntilFailure: 2, failures: [away()] });
    await offsetsOf(4);
    expect(served).toEqual([0, 1, 2, 3]);
    expect(asked).toEqual([
      [0, 4],
      [2, 4],
    ]);
  });

  it("ends at the end offset also with a broker that knows no end", async () => {
    await start({ answersUntilFailure: Infinity, failures: [], ignoresEnd: true });
    expect(await offsetsOf(3)).toEqual([0, 1, 2]);
    expect(asked).toHaveLength(1);
  });

  it("goes on where it was when the stream breaks", async () => {
    await start({ answersUntilFailure: 2, failures: [away(), away()] });
    expect(await offsetsOf(LOG_END)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(asked.map(([from]) => from)).toEqual([0, 2, 4]);
  });

  it("waits while the broker repairs what it would read, and says so when nothing comes of it", async () => {
    const damaged = (): AppError => new AppError({ kind: "corrupt", code: "log-corrupt", message: "log is damaged" });
    await start({ answersUntilFailure: 2, failures: [damaged(), damaged()] });
    expect(await offsetsOf(LOG_END)).toEqual([0, 1, 2, 3, 4, 5]);
    await client.close();
    await server.stop({ deadlineMs: 0 });
    await start({ answersUntilFailure: 0, failures: Array.from({ length: 100 }, damaged) });
    await expect(offsetsOf(LOG_END)).rejects.toMatchObject({ code: "log-corrupt" });
  });

  it("asks again while the leader has not heard of the topic", async () => {
    const unheard = new AppError({ kind: "not-found", code: "unknown-topic", message: "no" });
    await start({ answersUntilFailure: 1, failures: [unheard, unheard] });
    expect(await offsetsOf(LOG_END)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("throws what a repetition does not help against", async () => {
    await start({ answersUntilFailure: 1, failures: [new AppError({ kind: "invalid", code: "offset-out-of-range", message: "no" })] });
    await expect(offsetsOf(LOG_END)).rejects.toMatchObject({ code: "offset-out-of-range" });
  });

  it("gives up when nothing comes for as long as it repeats", async () => {
    await start({ answersUntilFailure: 0, failures: Array.from({ length: 100 }, away) });
    await expect(offsetsOf(LOG_END)).rejects.toMatchObject({ kind: "unavailable" });
    expect(clock.pendingTimers).toBe(0);
  });

  it("reads nothing of an empty range", async () => {
    await start({ answersUntilFailure: Infinity, failures: [] });
    expect(await offsetsOf(0)).toEqual([]);
    expect(asked).toEqual([]);
  });
});
