import { beforeEach, describe, expect, it } from "@jest/globals";
import { createLoopback } from "@millrace/contracts";
import { createGroupCoordinatorState, encodeGroupRecord, GROUP_SETTINGS_DEFAULT, type GroupRecord } from "@millrace/groups";
import { createPartitionLog } from "@millrace/log-engine";
import {
  leaderEpoch,
  NO_LEADER_EPOCH,
  offset,
  type ProducerEpoch,
  producerId,
  resolveTopicConfig,
  timestampMs,
  type TopicId,
} from "@millrace/model";
import { NO_METRICS, NO_TRACER, SILENT_LOGGER } from "@millrace/ports";
import { createSimulatedStorage, ManualClock, referenceCrc32c as crc32c, SeededRandom } from "@millrace/testkit";
import { createCoordinatorState, type TransactionEntry } from "@millrace/transactions";
import { GroupLog } from "../src/groups/group-log.ts";
import type { BrokerPorts } from "../src/node-ports.ts";
import { GroupCommit } from "../src/partitions/group-commit.ts";
import { LocalPartition } from "../src/partitions/local-partition.ts";
import { TransactionLog } from "../src/transactions/transaction-log.ts";
import { NO_REPLICATION, onlyReplica } from "./only-replica.ts";

let ports: BrokerPorts;
let partition: LocalPartition;

beforeEach(async () => {
  const loopback = createLoopback();
  const unused = (): never => {
    throw new Error("not part of this spec");
  };
  const clock = new ManualClock();
  ports = {
    storage: createSimulatedStorage({ seed: 1 }),
    clock,
    random: new SeededRandom(1),
    logger: SILENT_LOGGER,
    metrics: NO_METRICS,
    tracer: NO_TRACER,
    listener: loopback,
    transport: loopback,
    crc32c,
    compression: { compress: unused, decompress: unused },
    defer: setImmediate,
  };
  const config = { ...resolveTopicConfig({ "cleanup.policy": "compact" }), segmentBytes: 1_000, minCleanableDirtyRatio: 0 };
  const identity = { topicId: "0".repeat(32) as TopicId, topic: "__internal", partition: 0 };
  const log = await createPartitionLog(identity, config, { storage: ports.storage, crc32c });
  const observer = { flushed: () => undefined, failed: () => undefined };
  partition = new LocalPartition(
    { topic: "__internal", partition: 0, log, config },
    {
      groupCommit: new GroupCommit(ports.defer),
      monotonicMs: () => clock.monotonicMs(),
      observer,
      requireRoom: () => undefined,
      replication: NO_REPLICATION,
    },
  );
  await partition.lead(onlyReplica(leaderEpoch(1)));
});

/** Two passes, so that what the first has marked may go with the second, a week later. */
async function compact(): Promise<number> {
  let removed = 0;
  for (const now of [1_000, 1_000 + 604_800_000]) {
    const result = await partition.log.compact({ now: timestampMs(now), pause: () => Promise.resolve() });
    removed += result?.removedRecords ?? 0;
  }
  return removed;
}

describe("coordinators on a compacted log", () => {
  it("find groups and offsets again, those of transactions too, and nothing that was deleted or aborted", async () => {
    const log = new GroupLog(partition, ports);
    const value = (at: number) => ({ offset: offset(at), leaderEpoch: NO_LEADER_EPOCH, metadata: "", committedAtMs: timestampMs(1) });
    const commit = (group: string, at: number | undefined): GroupRecord => ({
      kind: "offset",
      group,
      topic: "t",
      partition: 0,
      value: at === undefined ? undefined : value(at),
    });
    const append = (record: GroupRecord, id?: number) =>
      log.append(
        [encodeGroupRecord(record)],
        id === undefined ? undefined : { producerId: producerId(id), producerEpoch: 0 as ProducerEpoch },
      ).stored;
    const end = (id: number, outcome: "commit" | "abort") =>
      partition.appendMarker(
        { producerId: producerId(id), producerEpoch: 0 as ProducerEpoch, coordinatorEpoch: 1, outcome, transactionNumber: 0 },
        timestampMs(1),
      ).stored;
    for (let at = 1; at <= 50; at++) {
      await append(commit("often", at));
      await append(commit("in-transactions", at), 7);
      await end(7, at % 2 === 0 ? "commit" : "abort"); // the last one commits
      await append(commit("aborted", at), 8);
      await end(8, "abort");
    }
    await append(commit("deleted", 5));
    await append(commit("deleted", undefined));
    for (let at = 0; at < 20; at++) await append(commit("filler", at));
    const before = createGroupCoordinatorState(GROUP_SETTINGS_DEFAULT).store;
    log.replay(before);
    expect(await compact()).toBeGreaterThan(100);
    const after = createGroupCoordinatorState(GROUP_SETTINGS_DEFAULT).store;
    log.replay(after);
    const offsetsOf = ({ offsets }: typeof after) =>
      [...offsets].map(([group, found]) => [group, [...found.values()].map(({ offset: at }) => at)]).sort();
    expect(offsetsOf(after)).toEqual(offsetsOf(before));
    expect(offsetsOf(after)).toEqual([
      ["filler", [19]],
      ["in-transactions", [50]],
      ["often", [50]],
    ]);
    expect(after.pending.size).toBe(0);
    expect(partition.log.lastStableOffset).toBe(partition.log.logEndOffset);
  });

  it("find transactional ids in their last state", async () => {
    const log = new TransactionLog(partition, ports);
    const entry = (transactionalId: string, transactionNumber: number): TransactionEntry => ({
      transactionalId,
      producerId: producerId(1),
      producerEpoch: 0 as ProducerEpoch,
      timeoutMs: 1_000,
      state: "Ongoing",
      transactionNumber,
      partitions: [],
      startedAtMs: timestampMs(1),
      updatedAtMs: timestampMs(1),
    });
    for (let number = 1; number <= 30; number++)
      for (const transactionalId of ["a", "b"]) await log.append([{ transactionalId, entry: entry(transactionalId, number) }]);
    await log.append([{ transactionalId: "b", entry: undefined }]);
    for (let number = 1; number <= 10; number++) await log.append([{ transactionalId: "c", entry: entry("c", number) }]);
    expect(await compact()).toBeGreaterThan(50);
    const state = createCoordinatorState();
    log.replay(state);
    expect([...state.entries.values()].map(({ transactionalId, transactionNumber }) => [transactionalId, transactionNumber])).toEqual([
      ["a", 30],
      ["c", 10],
    ]);
  });
});
