import { beforeEach, describe, expect, it } from "@jest/globals";
import { bindService, BrokerPeerService, createLoopback, type ReadReplicaRequest } from "@millrace/contracts";
import { createPartitionLog, openPartitionLog, type PartitionLog } from "@millrace/log-engine";
import { AppError, type LeaderEpoch, resolveTopicConfig, type TimestampMs, type TopicId } from "@millrace/model";
import { NO_METRICS, NO_TRACER, SILENT_LOGGER } from "@millrace/ports";
import { BatchBuilder } from "@millrace/records";
import { createSimulatedStorage, ManualClock, referenceCrc32c as crc32c, SeededRandom, type SimulatedStorage } from "@millrace/testkit";
import type { BrokerPorts } from "../node-ports.ts";
import { readReplica } from "../rpc/read-replica.ts";
import { Scrub } from "./scrub.ts";

const IDENTITY = { topicId: "0123456789abcdef0123456789abcdef" as TopicId, topic: "t", partition: 0 };
const CONFIG = { ...resolveTopicConfig({}), segmentBytes: 300 };
const EPOCH = 1 as LeaderEpoch;
const SEGMENT_MIDDLE = 100;

/** A log of several segments, as each replica has it. */
async function filledLog(storage: SimulatedStorage): Promise<PartitionLog> {
  const log = await createPartitionLog(IDENTITY, CONFIG, { storage, crc32c }, { leaderEpoch: EPOCH });
  const builder = new BatchBuilder({ crc32c });
  for (let i = 0; i < 30; i++) {
    builder.append(1_000 as TimestampMs, null, new TextEncoder().encode(`value ${i}`));
    log.stage(builder.build(), { leaderEpoch: EPOCH, now: 1_000 as TimestampMs });
    log.writeStaged();
    await log.sync();
  }
  log.advanceHighWatermark([log.replicaEndOffset]);
  return log;
}

describe("Scrub", () => {
  const clock = new ManualClock();
  let storage: SimulatedStorage;
  let log: PartitionLog;
  let donor: PartitionLog | undefined;
  let scrub: Scrub;

  beforeEach(async () => {
    storage = createSimulatedStorage({ seed: 1 });
    donor = await filledLog(createSimulatedStorage({ seed: 2 }));
    await (await filledLog(storage)).close();
    log = await openPartitionLog(`${IDENTITY.topicId}-0`, CONFIG, { storage, crc32c, damaged: (folder) => scrub.hurry(folder) });
    log.advanceHighWatermark([log.replicaEndOffset]);
    const loopback = createLoopback();
    const peer = {
      readReplica: (request: ReadReplicaRequest) => {
        if (donor === undefined) throw new AppError({ kind: "unavailable", code: "leader-not-available", message: "away" });
        return Promise.resolve(readReplica(request, { view, replicas: { requireOpen: () => ({ log: donor }) } } as never));
      },
    };
    await loopback.listen("peer:1", [bindService(BrokerPeerService, peer as never)]);
    const state = { leader: 2, inSyncSet: [1, 2], replicas: [1, 2], emptiedReplicas: [] };
    const view = {
      topicById: () => ({ name: "t" }),
      partition: () => state,
      broker: () => ({ fenced: false }),
      brokerAddress: () => "peer:1",
    };
    const ports = {
      ...{ storage, clock, random: new SeededRandom(1), logger: SILENT_LOGGER, metrics: NO_METRICS, tracer: NO_TRACER, crc32c },
      ...{ listener: loopback, transport: loopback, defer: setImmediate },
    } as unknown as BrokerPorts;
    const replicas = { all: () => [{ log, topic: "t", partition: 0, config: CONFIG }] };
    const settings = { scrubIntervalMs: 60_000, scrubBytesPerSecond: 1_000_000_000 };
    scrub = new Scrub({ brokerId: 1, view, replicas, repaired: () => undefined } as never, settings, ports);
    scrub.start();
    await settled();
  });

  /** Work in the background gets its turns, and then time passes. */
  async function settled(ms = 0): Promise<void> {
    for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (ms === 0) return;
    await clock.advance(ms);
    await settled();
  }

  function damageSecond(): { read(): string } {
    const segment = log.closedSegments()[1];
    if (segment === undefined) throw new Error("several segments are closed");
    storage.flipBit(`${log.folder}/${String(segment.baseOffset).padStart(20, "0")}.log`, SEGMENT_MIDDLE);
    const read = (): string => {
      try {
        const { sizeBytes } = log.read({ offset: segment.baseOffset, maxBytes: 10_000, endOffset: segment.endOffset });
        return sizeBytes === segment.sizeBytes ? "whole" : `${sizeBytes} bytes`;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    return { read };
  }

  it("repairs a log of which a read was refused, from another replica, at once", async () => {
    const { read } = damageSecond();
    expect(read()).toBe("log-corrupt");
    await settled();
    expect(read()).toBe("whole");
    await scrub.stop();
  });

  it("finds what nobody reads when its time comes", async () => {
    const { read } = damageSecond();
    await settled(60_000);
    expect(read()).toBe("whole");
    await scrub.stop();
  });

  it("goes on refusing while no replica can give it, and asks again", async () => {
    const away = donor;
    donor = undefined;
    const { read } = damageSecond();
    expect(read()).toBe("log-corrupt");
    await settled();
    expect(read()).toBe("log-corrupt");
    donor = away;
    await settled(10_000);
    expect(read()).toBe("whole");
    await scrub.stop();
  });
});
