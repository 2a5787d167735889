import { describe, expect, it } from "@jest/globals";
import type { LeaderEpoch, Offset, ProducerEpoch, ProducerId } from "@millrace/model";
import { createBatchCursor, RecordBatchView, stampBatch } from "@millrace/records";
import { createSimulatedStorage } from "@millrace/testkit";
import { createPartitionLog, type PartitionLog, restartPartitionLog, truncatePartitionLog } from "../src/index.ts";
import {
  append,
  batchOf,
  codeOf,
  commit,
  contentOf,
  EPOCH,
  IDENTITY,
  LEADS,
  newLog,
  NOW,
  portsOn,
  reopen,
  SETTINGS,
} from "./log-fixture.ts";

const at = (offset: number): Offset => offset as Offset;
const epochOf = (epoch: number): LeaderEpoch => epoch as LeaderEpoch;
const small = { ...SETTINGS, segmentBytes: 400 };

/** Copies what the follower lacks, as a fetch would. */
async function follow(leader: PartitionLog, follower: PartitionLog): Promise<void> {
  while (follower.logEndOffset < leader.logEndOffset) {
    const { chunks } = leader.read({ offset: follower.logEndOffset, maxBytes: 1_000, endOffset: leader.logEndOffset });
    for (const chunk of chunks) {
      const cursor = createBatchCursor(chunk);
      while (cursor.advance()) {
        const epoch = cursor.view.partitionLeaderEpoch;
        if (epoch > follower.leaderEpoch) {
          follower.writeStaged();
          await follower.startLeaderEpoch(epoch);
        }
        follower.stageReplicated(cursor.view, NOW);
      }
    }
    follower.writeStaged();
    await follower.sync();
  }
}

async function pair() {
  const storages = [createSimulatedStorage({ seed: 1 }), createSimulatedStorage({ seed: 2 })] as const;
  const leader = await newLog(storages[0], small);
  const follower = await createPartitionLog(IDENTITY, small, portsOn(storages[1]));
  return { leader, follower, storages };
}

describe("a follower's log", () => {
  it("holds the leader's batches, epochs, producers and aborted transactions", async () => {
    const { leader, follower } = await pair();
    for (let index = 0; index < 30; index++) await append(leader, [`v${index}`]);
    const producer = { id: 7, epoch: 0, sequence: 0, transactional: true };
    await append(leader, { values: ["t"], producer }, { transactionVerified: true });
    await leader.startLeaderEpoch(epochOf(4));
    const marker = { producerId: 7 as ProducerId, producerEpoch: 0 as ProducerEpoch, coordinatorEpoch: 1, outcome: "abort" as const };
    leader.stageMarker(marker, { ...LEADS, leaderEpoch: epochOf(4) });
    await commit(leader);
    await follow(leader, follower);
    follower.advanceHighWatermark([leader.highWatermark]);
    expect(contentOf(follower, at(0))).toEqual(contentOf(leader, at(0)));
    expect(follower.endOffsetOfEpoch(EPOCH)).toEqual({ leaderEpoch: EPOCH, endOffset: 31 });
    expect(follower.abortedTransactions(at(0), at(40))).toEqual(leader.abortedTransactions(at(0), at(40)));
    expect(follower.producers()).toEqual(leader.producers());
    expect(follower.segmentCount).toBeGreaterThan(2);
  });

  it("refuses a batch at another offset, of another epoch, and one that was damaged on its way", async () => {
    const { leader, follower } = await pair();
    await append(leader, ["a"]);
    await append(leader, ["b"]);
    const { chunks } = leader.read({ offset: at(0), maxBytes: 1_000, endOffset: at(2) });
    const bytes = chunks.length === 1 ? chunks[0] : undefined;
    const first = createBatchCursor(new Uint8Array(bytes ?? []));
    first.advance();
    expect(codeOf(() => follower.stageReplicated(first.view, NOW))).toBe("unknown-leader-epoch");
    await follower.startLeaderEpoch(EPOCH);
    const damaged = new Uint8Array(bytes ?? []);
    damaged[63] = (damaged[63] ?? 0) ^ 1;
    const broken = createBatchCursor(damaged);
    broken.advance();
    expect(codeOf(() => follower.stageReplicated(broken.view, NOW))).toBe("corrupt-batch");
    first.advance();
    expect(codeOf(() => follower.stageReplicated(first.view, NOW))).toBe("log-corrupt");
    expect(follower.stagedEndOffset).toBe(0);
  });
});

describe("truncatePartitionLog", () => {
  async function filled(count: number) {
    const storage = createSimulatedStorage({ seed: 3 });
    const log = await newLog(storage, small);
    for (let index = 0; index < count; index++) {
      if (index === 20) await log.startLeaderEpoch(epochOf(2));
      log.stage(batchOf([`v${index}`]), { ...LEADS, leaderEpoch: log.leaderEpoch });
      log.writeStaged();
    }
    await log.sync();
    return { storage, log };
  }

  it.each([30, 29, 20, 12, 1, 0])("leaves what is before offset %i, also after a restart", async (offset) => {
    const { storage, log } = await filled(30);
    log.advanceHighWatermark([at(5)]);
    await log.checkpoint();
    const expected = contentOf(log, at(0)).slice(0, offset);
    const cut = await truncatePartitionLog(log, at(offset), portsOn(storage));
    expect([cut.logEndOffset, cut.syncedEndOffset, cut.highWatermark]).toEqual([offset, offset, Math.min(offset, 5)]);
    expect(contentOf(cut, at(0))).toEqual(expected);
    expect(cut.leaderEpoch).toBe(offset > 20 ? 2 : offset > 0 ? EPOCH : -1);
    storage.crash();
    const again = await reopen(storage, small);
    expect(contentOf(again, at(0))).toEqual(expected);
    expect(again.recovery.isSuspect).toBe(false);
  });

  it("forgets what producers wrote behind it", async () => {
    const { storage, log } = await filled(3);
    log.stage(batchOf({ values: ["p"], producer: { id: 9, sequence: 0 } }), LEADS);
    await commit(log);
    const cut = await truncatePartitionLog(log, at(3), portsOn(storage));
    expect(cut.producers()).toEqual([]);
  });

  it("goes on where the new leader goes on", async () => {
    const { storage, log } = await filled(30);
    const cut = await truncatePartitionLog(log, at(25), portsOn(storage));
    await cut.startLeaderEpoch(epochOf(5));
    cut.stage(batchOf(["new"]), { ...LEADS, leaderEpoch: epochOf(5) });
    await commit(cut);
    storage.crash();
    const again = await reopen(storage, small);
    expect(contentOf(again, at(0)).at(-1)).toBe("25:new");
    expect(again.endOffsetOfEpoch(epochOf(4))).toEqual({ leaderEpoch: 2, endOffset: 25 });
  });

  it("begins anew at the leader's start", async () => {
    const { storage, log } = await filled(30);
    const fresh = await restartPartitionLog(log, at(100), portsOn(storage));
    expect([fresh.logStartOffset, fresh.logEndOffset, fresh.leaderEpoch]).toEqual([100, 100, -1]);
  });
});

describe("a log with a gap that 32 bits do not hold", () => {
  it("finds each record behind it, also after it was closed and opened", async () => {
    const storage = createSimulatedStorage({ seed: 1 });
    const log = await newLog(storage);
    const far = 6_000_000_000;
    await log.allowGapTo(at(far));
    for (let index = 0; index < 40; index++) {
      const batch = batchOf([`value ${index}`]);
      stampBatch(batch, { baseOffset: at(far + index), leaderEpoch: EPOCH });
      log.stageReplicated(new RecordBatchView(batch), NOW); // all of one write: no new segment between them
    }
    await commit(log);
    const first = (of: PartitionLog, offset: number): string | undefined => contentOf(of, at(offset), 1)[0];
    const expected = Array.from({ length: 40 }, (_, index) => `${far + index}:value ${index}`);
    for (const [index, content] of expected.entries()) expect(first(log, far + index)).toBe(content);
    await log.close();
    const opened = await reopen(storage);
    for (const [index, content] of expected.entries()) expect(first(opened, far + index)).toBe(content);
    expect(opened.logEndOffset).toBe(far + 40);
  });
});
