import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createPartitionLog } from "@millrace/log-engine";
import {
  leaderEpoch,
  offset,
  type ProducerEpoch,
  producerId,
  resolveTopicConfig,
  type TopicId,
  TRANSACTION_STATE_TOPIC,
} from "@millrace/model";
import { NO_METRICS, NO_TRACER, SILENT_LOGGER } from "@millrace/ports";
import {
  createSimulatedStorage,
  ManualClock,
  referenceCrc32c as crc32c,
  SeededRandom,
  settle,
  type SimulatedStorage,
} from "@millrace/testkit";
import type { TransactionRequest, WriteMarkers } from "@millrace/transactions";
import { createLoopback } from "@millrace/contracts";
import { createDeferred } from "@millrace/stdx";
import type { BrokerPorts } from "../node-ports.ts";
import { GroupCommit } from "../partitions/group-commit.ts";
import { LocalPartition } from "../partitions/local-partition.ts";
import { TransactionHold } from "./transaction-hold.ts";
import { TransactionCoordinator } from "./transaction-coordinator.ts";
import { NO_REPLICATION, onlyReplica } from "../../test/only-replica.ts";

const EPOCH = leaderEpoch(1);
const PRODUCER = producerId(7);
const TIMEOUT_MS = 900_000;

let clock: ManualClock;
let disk: SimulatedStorage;
let partition: LocalPartition;
let coordinator: TransactionCoordinator;
let hold: TransactionHold;
/** Another coordinator replays the log. */
let takeOver: () => void;
/** What happens when markers are to be written. */
let onMarkers: (effect: WriteMarkers) => void | Promise<void>;

/** What the disk takes. */
let onSync: () => Promise<void>;

beforeEach(async () => {
  clock = new ManualClock();
  hold = new TransactionHold(clock);
  disk = createSimulatedStorage({ seed: 1 });
  onMarkers = () => undefined;
  onSync = () => Promise.resolve();
  const loopback = createLoopback();
  const unused = (): never => {
    throw new Error("not part of this spec");
  };
  const ports: BrokerPorts = {
    storage: disk.mount({ wait: () => onSync() }),
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
  const config = resolveTopicConfig({});
  const log = await createPartitionLog({ topicId: "0".repeat(32) as TopicId, topic: TRANSACTION_STATE_TOPIC, partition: 0 }, config, {
    storage: ports.storage,
    crc32c,
  });
  const observer = { flushed: () => undefined, failed: () => undefined };
  partition = new LocalPartition(
    { topic: TRANSACTION_STATE_TOPIC, partition: 0, log, config },
    {
      groupCommit: new GroupCommit(ports.defer),
      monotonicMs: () => clock.monotonicMs(),
      observer,
      requireRoom: () => undefined,
      replication: NO_REPLICATION,
    },
  );
  await partition.lead(onlyReplica(EPOCH));
  takeOver = () => {
    coordinator = new TransactionCoordinator(partition, EPOCH, {
      ports,
      writeMarkers: async (effect) => {
        await onMarkers(effect);
      },
      hold,
    });
    coordinator.start();
  };
  takeOver();
});
afterEach(async () => {
  coordinator.stop();
  await partition.close();
});

/** Handles a request while time passes. */
async function submit(request: TransactionRequest): ReturnType<TransactionCoordinator["submit"]> {
  const response = coordinator.submit(request);
  await pass(40_000);
  return response;
}

/** Time passes in steps, with what is written meanwhile. */
async function pass(forMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < forMs; passedMs += 1_000) {
    await settle();
    await clock.advance(1_000);
  }
}

async function begin(): Promise<{ transactionalId: string; producerId: typeof PRODUCER; producerEpoch: ProducerEpoch }> {
  const init = await submit({ kind: "initProducerId", transactionalId: "x", timeoutMs: TIMEOUT_MS, freshProducerId: PRODUCER });
  if (init.kind !== "initialised") throw new Error(init.kind);
  const owner = { transactionalId: "x", producerId: init.producerId, producerEpoch: init.producerEpoch };
  expect(await submit({ kind: "addPartitions", ...owner, partitions: [{ topic: "t", partition: 0 }] })).toEqual({
    kind: "added",
    transactionNumber: 1,
  });
  return owner;
}

describe("TransactionCoordinator", () => {
  it("decides nothing while transactions are held, and goes on afterwards", async () => {
    const owner = await begin();
    const marked: boolean[] = [];
    onMarkers = ({ commit }) => void marked.push(commit);
    await hold.begun({ holder: "backup", ttlMs: 600_000 });
    const ended = coordinator.submit({ kind: "endTransaction", ...owner, commit: true });
    await pass(5_000);
    expect(marked).toEqual([]);
    expect(coordinator.entries.get("x")?.state).toBe("Ongoing");
    expect(hold.release("backup")).toBe(true);
    await pass(1_000);
    expect((await ended).kind).toBe("done");
    expect(marked).toEqual([true]);
    await hold.begun({ holder: "backup", ttlMs: 1_000 }); // nothing is under way any more
  });

  it("answers when the markers are written, and begins the next transaction once there is room for the record that completes it", async () => {
    const owner = await begin();
    onMarkers = () => {
      disk.limitBytes(0);
      clock.setTimer(45_000, () => {
        disk.limitBytes(Infinity);
      });
    };
    const commit = { kind: "endTransaction", ...owner, commit: true } as const;
    const next = { kind: "addPartitions", ...owner, partitions: [{ topic: "t", partition: 0 }] } as const;
    expect(await submit({ ...commit })).toEqual({ kind: "done" });
    expect(partition.log.logEndOffset).toBe(offset(3)); // Empty, Ongoing, PrepareCommit
    await expect(coordinator.submit({ ...next })).rejects.toMatchObject({ code: "transaction-coordinator-not-available" });
    await pass(40_000);
    expect(partition.log.logEndOffset).toBe(offset(4));
    expect(await submit({ ...commit })).toEqual({ kind: "done" });
    expect(await submit({ ...next })).toEqual({ kind: "added", transactionNumber: 2 });
  });

  it("decides the next transaction behind the record that completes the last one, before that is synced", async () => {
    const owner = await begin();
    const endOffset = partition.log.logEndOffset;
    const disc = createDeferred<void>();
    onMarkers = () => void (onSync = () => disc.promise);
    const ended = coordinator.submit({ kind: "endTransaction", ...owner, commit: true });
    const added = ended.then(() => coordinator.submit({ kind: "addPartitions", ...owner, partitions: [{ topic: "t", partition: 0 }] }));
    await pass(2_000);
    expect(partition.log.logEndOffset).toBe(endOffset + 3); // PrepareCommit, CompleteCommit, Ongoing
    expect(coordinator.entries.get("x")?.state).toBe("CompleteCommit");
    disc.resolve();
    await pass(2_000);
    expect(await added).toEqual({ kind: "added", transactionNumber: 2 });
    takeOver();
    expect(coordinator.entries.get("x")).toMatchObject({ state: "Ongoing", transactionNumber: 2 });
  });

  it("keeps the owner of an ended transaction waiting for markers, and a new owner for the record that completes it", async () => {
    const owner = await begin();
    const steps: string[] = [];
    const noted = (what: string) => (): void => void steps.push(what);
    const markers = createDeferred<void>();
    onMarkers = () => markers.promise;
    void coordinator.submit({ kind: "endTransaction", ...owner, commit: true }).then(noted("ended"));
    void coordinator
      .submit({ kind: "initProducerId", transactionalId: "x", timeoutMs: TIMEOUT_MS, freshProducerId: PRODUCER })
      .then(noted("new owner"));
    await pass(2_000);
    expect(steps).toEqual([]);
    disk.limitBytes(0);
    markers.resolve();
    await pass(2_000);
    expect(steps).toEqual(["ended"]);
    disk.limitBytes(Infinity);
    await pass(10_000);
    expect(steps).toEqual(["ended", "new owner"]);
  });

  it.each([
    ["set back by an hour", -3_600_000],
    ["set forward by ten minutes", 600_000],
  ])("ends an abandoned transaction by its time-out although the clock is %s while it is open", async (_, byMs) => {
    await begin();
    clock.jumpWall(byMs);
    await pass(TIMEOUT_MS - 60_000);
    expect(partition.log.logEndOffset).toBe(offset(2)); // Empty, Ongoing: it may still end
    await pass(90_000);
    expect(partition.log.logEndOffset).toBe(offset(4)); // PrepareAbort, CompleteAbort
  });

  it("ends an abandoned transaction by its time-out although the next coordinator's clock is an hour behind", async () => {
    await begin();
    coordinator.stop();
    clock.jumpWall(-3_600_000);
    takeOver();
    await pass(TIMEOUT_MS + 90_000);
    expect(partition.log.logEndOffset).toBe(offset(4));
  });
});
