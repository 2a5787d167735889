import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createPartitionLog } from "@millrace/log-engine";
import {
  leaderEpoch,
  offset,
  type ProducerEpoch,
  producerId,
  resolveTopicConfig,
  timestampMs,
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
import type { TransactionEvent, WriteMarkers } from "@millrace/transactions";
import { createLoopback } from "@millrace/contracts";
import type { BrokerPorts } from "../node-ports.ts";
import { GroupCommit } from "../partitions/group-commit.ts";
import { LocalPartition } from "../partitions/local-partition.ts";
import { TransactionCoordinator } from "./transaction-coordinator.ts";
import { NO_REPLICATION, onlyReplica } from "../../test/only-replica.ts";

const EPOCH = leaderEpoch(1);
const PRODUCER = producerId(7);

let clock: ManualClock;
let disk: SimulatedStorage;
let partition: LocalPartition;
let coordinator: TransactionCoordinator;
/** What happens when markers are to be written. */
let onMarkers: (effect: WriteMarkers) => void;

beforeEach(async () => {
  clock = new ManualClock();
  disk = createSimulatedStorage({ seed: 1 });
  onMarkers = () => undefined;
  const loopback = createLoopback();
  const unused = (): never => {
    throw new Error("not part of this spec");
  };
  const ports: BrokerPorts = {
    storage: disk.mount(),
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
  coordinator = new TransactionCoordinator(partition, EPOCH, {
    ports,
    writeMarkers: (effect) => {
      onMarkers(effect);
      return Promise.resolve();
    },
  });
  coordinator.start();
});
afterEach(async () => {
  coordinator.stop();
  await partition.close();
});

const now = () => timestampMs(clock.wallMs());

/** Handles an event while time passes. */
async function submit(event: TransactionEvent): ReturnType<TransactionCoordinator["submit"]> {
  const response = coordinator.submit(event);
  for (let turn = 0; turn < 40; turn++) {
    await settle();
    await clock.advance(1_000);
  }
  return response;
}

async function begin(): Promise<{ transactionalId: string; producerId: typeof PRODUCER; producerEpoch: ProducerEpoch }> {
  const init = await submit({ kind: "initProducerId", transactionalId: "x", timeoutMs: 900_000, freshProducerId: PRODUCER, now: now() });
  if (init.kind !== "initialised") throw new Error(init.kind);
  const owner = { transactionalId: "x", producerId: init.producerId, producerEpoch: init.producerEpoch };
  expect(await submit({ kind: "addPartitions", ...owner, partitions: [{ topic: "t", partition: 0 }], now: now() })).toEqual({
    kind: "added",
    transactionNumber: 1,
  });
  return owner;
}

describe("TransactionCoordinator", () => {
  it("ends a transaction whose last record met a full disk, once there is room", async () => {
    const owner = await begin();
    onMarkers = () => {
      disk.limitBytes(0);
      clock.setTimer(45_000, () => {
        disk.limitBytes(Infinity);
      });
    };
    const commit = { kind: "endTransaction", ...owner, commit: true } as const;
    expect(await submit({ ...commit, now: now() })).toMatchObject({ kind: "refused", error: { code: "concurrent-transactions" } });
    expect(partition.log.logEndOffset).toBe(offset(3)); // Empty, Ongoing, PrepareCommit
    expect(await submit({ ...commit, now: now() })).toEqual({ kind: "done" });
    expect(partition.log.logEndOffset).toBe(offset(4));
    expect(await submit({ kind: "addPartitions", ...owner, partitions: [{ topic: "t", partition: 0 }], now: now() })).toEqual({
      kind: "added",
      transactionNumber: 2,
    });
  });
});
