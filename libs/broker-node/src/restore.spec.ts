import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { BackupService, BrokerService, Isolation } from "@millrace/contracts";
import { type LeaderEpoch, offset, producerEpoch, producerId, timestampMs } from "@millrace/model";
import { BatchBuilder, buildEndTransactionMarker, stampBatch } from "@millrace/records";
import { referenceCrc32c as crc32c } from "@millrace/testkit";
import { bytes, World } from "../test/world.ts";

const NOW = timestampMs(1_000);
let world: World;
beforeEach(async () => {
  world = await World.create();
});
afterEach(async () => {
  await world.stop();
});

/** A batch of a backup, at its offset and of an epoch of the cluster that is gone. */
function saved(baseOffset: number, values: readonly string[], transactionOf?: number): Uint8Array {
  const builder = new BatchBuilder({ crc32c });
  for (const value of values) builder.append(NOW, bytes("k"), bytes(value));
  const batch =
    transactionOf === undefined
      ? builder.build()
      : builder.build({ producerId: producerId(transactionOf), producerEpoch: producerEpoch(0), baseSequence: 0, transactional: true });
  stampBatch(batch, { baseOffset: offset(baseOffset), leaderEpoch: 41 as LeaderEpoch });
  return batch;
}

function marker(baseOffset: number, of: number, outcome: "commit" | "abort"): Uint8Array {
  const owner = { producerId: producerId(of), producerEpoch: producerEpoch(0) };
  const batch = buildEndTransactionMarker({ ...owner, coordinatorEpoch: 7, outcome, timestamp: NOW }, crc32c);
  stampBatch(batch, { baseOffset: offset(baseOffset), leaderEpoch: 41 as LeaderEpoch });
  return batch;
}

function joined(batches: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(batches));
}

const restoring = (): Promise<void> => world.createTopic("t", { partitions: 1, configs: { "restore.of": "b/1/0" } });

async function restore(batches: readonly Uint8Array[], logStartOffset = 0): Promise<number> {
  const service = world.loopback.client(BackupService, "broker-1:9190");
  const request = { topic: "t", partition: 0, batches: joined(batches), logStartOffset: BigInt(logStartOffset) };
  return Number((await world.run(service.restoreBatches(request))).logEndOffset);
}

async function read(from: number, isolation: Isolation = Isolation.READ_UNCOMMITTED) {
  const service = world.loopback.client(BrokerService, "broker-1:9190");
  const partitions = [{ topic: "t", partition: 0, offset: BigInt(from) }];
  const [result] = (await world.run(service.fetch({ partitions, decode: true, isolation }))).results;
  if (result?.error !== undefined) throw new Error(result.error.code);
  return (result?.records ?? []).map((record) => `${record.offset}${new TextDecoder().decode(record.value)}`);
}

async function produce(): Promise<string | undefined> {
  const service = world.loopback.client(BrokerService, "broker-1:9190");
  const request = { partitions: [{ topic: "t", data: { case: "records" as const, value: { records: [{ value: bytes("x") }] } } }] };
  return (await world.run(service.produce(request))).results[0]?.error?.code;
}

describe("a topic that is being restored", () => {
  it("gets its records back at their offsets, behind gaps and from its start on", async () => {
    await restoring();
    expect(await restore([saved(5, ["a", "b"]), saved(20, ["c"])], 6)).toBe(21);
    expect(await read(6)).toEqual(["6b", "20c"]);
    await expect(read(5)).rejects.toThrow("offset-out-of-range");
  });

  it("begins anywhere, also beyond what 32 bits hold", async () => {
    await restoring();
    const far = 6_000_000_000;
    expect(await restore([saved(far, ["a"]), saved(far + 1, ["b"])], far)).toBe(far + 2);
    expect(await read(far)).toEqual([`${far}a`, `${far + 1}b`]);
    await world.powerLoss(1);
    expect(await read(far + 1)).toEqual([`${far + 1}b`]);
  });

  it("leaves out what is there already, so that a restore may be repeated", async () => {
    await restoring();
    await restore([saved(0, ["a"]), saved(1, ["b"])]);
    expect(await restore([saved(1, ["b"]), saved(2, ["c"])])).toBe(3);
    expect(await read(0)).toEqual(["0a", "1b", "2c"]);
  });

  it("refuses batches that overlap what is there, and damaged ones", async () => {
    await restoring();
    await restore([saved(0, ["a"])]);
    await expect(restore([saved(0, ["a", "b"])])).rejects.toMatchObject({ code: "restore-overlaps" });
    const damaged = saved(1, ["b"]);
    damaged[damaged.length - 1] = 0xff;
    await expect(restore([damaged])).rejects.toMatchObject({ code: "corrupt-batch" });
    expect(await read(0)).toEqual(["0a"]);
  });

  it("knows transactions again: committed readers see none that was aborted", async () => {
    await restoring();
    await restore([saved(0, ["gone"], 7), saved(1, ["kept"], 8), marker(2, 8, "commit"), marker(3, 7, "abort")]);
    expect(await read(0, Isolation.READ_COMMITTED)).toEqual(["1kept"]);
    expect(await read(0)).toEqual(["0gone", "1kept"]);
  });

  it("takes nothing from producers, and deletes nothing, until it is done", async () => {
    await restoring();
    await restore([saved(0, ["a"])]);
    expect(await produce()).toBe("topic-restoring");
    const service = world.loopback.client(BrokerService, "broker-1:9190");
    const { results } = await world.run(service.deleteRecords({ deletions: [{ topic: "t", partition: 0, beforeOffset: 1n }] }));
    expect(results[0]?.error?.code).toBe("topic-restoring");
  });

  it("is a topic that was made for it: others are refused", async () => {
    await world.createTopic("t", { partitions: 1 });
    await expect(restore([saved(0, ["a"])])).rejects.toMatchObject({ code: "topic-not-restoring" });
    expect(await produce()).toBeUndefined();
  });
});
