import { describe, expect, it } from "@jest/globals";
import type { LeaderEpoch, Offset, ProducerId, TimestampMs } from "@millrace/model";
import { createSimulatedStorage } from "@millrace/testkit";
import { segmentFileName } from "../src/file-names.ts";
import { deletePartitionLog, listPartitionLogs } from "../src/index.ts";
import {
  append,
  batchOf,
  codeOf,
  codeOfPromise,
  commit,
  contentOf,
  EPOCH,
  FOLDER,
  IDENTITY,
  LEADS,
  newLog,
  NOW,
  portsOn,
  reopen,
} from "./log-fixture.ts";

const at = (offset: number) => offset as Offset;
const storageOf = (seed = 1) => createSimulatedStorage({ seed });
const lines = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `${from + index}:v${from + index}`);
async function fill(log: Awaited<ReturnType<typeof newLog>>, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await append(log, [`v${log.logEndOffset}`]);
}

describe("appending", () => {
  it("assigns offsets when staging, shows records when written, counts them when synced", async () => {
    const log = await newLog(storageOf());
    expect(log.stage(batchOf(["v0", "v1"]), LEADS)).toMatchObject({ kind: "appended", baseOffset: 0, lastOffset: 1 });
    expect(log.stage(batchOf(["v2"]), LEADS).baseOffset).toBe(2);
    expect([log.stagedEndOffset, log.logEndOffset, log.syncedEndOffset]).toEqual([3, 0, 0]);
    log.writeStaged();
    expect([log.logEndOffset, log.syncedEndOffset, log.replicaEndOffset]).toEqual([3, 0, 0]);
    expect(contentOf(log)).toEqual(lines(3));
    await log.sync();
    expect([log.syncedEndOffset, log.replicaEndOffset, log.highWatermark]).toEqual([3, 3, 0]);
    expect(log.advanceHighWatermark([log.replicaEndOffset])).toBe(true);
    expect([log.highWatermark, log.lastStableOffset]).toEqual([3, 3]);
  });

  it("counts what is written at once with flush=interval", async () => {
    const log = await newLog(storageOf(), { flush: "interval" });
    log.stage(batchOf(["v0"]), LEADS);
    log.writeStaged();
    expect([log.replicaEndOffset, log.syncedEndOffset]).toEqual([1, 0]);
  });

  it("holds the high watermark at the least of the in-sync set and never moves it back", async () => {
    const log = await newLog(storageOf());
    await fill(log, 3);
    expect(log.highWatermark).toBe(3);
    await append(log, ["v3"]);
    expect(log.advanceHighWatermark([at(4), at(1)])).toBe(false);
    expect(log.highWatermark).toBe(4);
  });

  it("writes the batches of a turn at once and shares a sync among all that wait", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    const before = storage.operationCount;
    for (let index = 0; index < 10; index++) log.stage(batchOf([`v${index}`]), LEADS);
    log.writeStaged();
    await Promise.all([log.sync(), log.sync(), log.sync()]);
    expect(storage.operationCount - before).toBe(2);
  });

  it("does not take a sync that began before the write for one behind it", async () => {
    const log = await newLog(storageOf());
    log.stage(batchOf(["v0"]), LEADS);
    log.writeStaged();
    const first = log.sync();
    log.stage(batchOf(["v1"]), LEADS);
    log.writeStaged();
    const second = log.sync();
    await first;
    expect(log.syncedEndOffset).toBe(1);
    await second;
    expect(log.syncedEndOffset).toBe(2);
  });

  it("refuses other leader epochs and damaged batches without effect", async () => {
    const log = await newLog(storageOf());
    await log.startLeaderEpoch(5 as LeaderEpoch);
    const stageAs = (epoch: number) => codeOf(() => log.stage(batchOf(["x"]), { ...LEADS, leaderEpoch: epoch as LeaderEpoch }));
    expect([stageAs(4), stageAs(6), stageAs(5)]).toEqual(["fenced-leader-epoch", "unknown-leader-epoch", undefined]);
    const damaged = batchOf(["x"]);
    damaged[65] = 7;
    expect(codeOf(() => log.stage(damaged, { ...LEADS, leaderEpoch: 5 as LeaderEpoch }))).toBe("corrupt-batch");
    expect(log.stagedEndOffset).toBe(1);
    expect(await codeOfPromise(log.startLeaderEpoch(4 as LeaderEpoch))).toBe("fenced-leader-epoch");
  });

  it("stamps the broker's time on a topic with LogAppendTime", async () => {
    const log = await newLog(storageOf(), { messageTimestampType: "LogAppendTime" });
    expect(log.stage(batchOf(["v0"]), LEADS).logAppendTime).toBe(NOW);
    await commit(log);
    expect(log.offsetForTime(NOW, "read-uncommitted")).toMatchObject({ offset: 0, timestamp: NOW });
  });

  it("leaves the caller's bytes as they are", async () => {
    const log = await newLog(storageOf());
    await fill(log, 2);
    const batch = batchOf(["v2"]);
    const copy = batch.slice();
    log.stage(batch, LEADS);
    expect(batch).toEqual(copy);
  });

  it("keeps the snapshot that recovery begins with while a full disk keeps the recovery point where it is", async () => {
    const storage = storageOf();
    const log = await newLog(storage, { segmentBytes: 200 });
    await fill(log, 10);
    for (let index = 10; index < 20; index++) {
      log.stage(batchOf([`v${index}`]), LEADS); // several rolls, which the next sync has to finish
      log.writeStaged();
    }
    const usedBytes = storage.usedBytes;
    let refused = 0;
    for (let room = 0; ; room += 10) {
      storage.limitBytes(usedBytes + room);
      if ((await codeOfPromise(log.sync())) === undefined) break;
      refused++;
      const [line] = new TextDecoder().decode(storage.readFile(`${FOLDER}/checkpoint`)).split("\n");
      const { recoveryPoint } = JSON.parse(line ?? "") as { readonly recoveryPoint: number };
      expect(recoveryPoint).toBeGreaterThan(0);
      expect(storage.exists(`${FOLDER}/${segmentFileName(at(recoveryPoint), "snapshot")}`)).toBe(true);
    }
    expect(refused).toBeGreaterThan(20);
    expect(storage.list(FOLDER).filter(({ name }) => name.endsWith(".snapshot"))).toHaveLength(2);
  });

  it("takes everything staged back when the disk is full, and goes on when there is room", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await append(log, { values: ["v0"], producer: { id: 7, sequence: 0 } });
    storage.limitBytes(0);
    log.stage(batchOf({ values: ["v1"], producer: { id: 7, sequence: 1 } }), LEADS);
    log.stage(batchOf({ values: ["t"], producer: { id: 8, sequence: 0, transactional: true } }), { ...LEADS, transactionVerified: true });
    expect(codeOf(() => log.writeStaged())).toBe("disk-full");
    expect([log.stagedEndOffset, log.stagedBytes, log.failure]).toEqual([1, 0, undefined]);
    expect(log.hasOpenTransaction(8 as ProducerId)).toBe(false);
    storage.limitBytes(Infinity);
    expect(await append(log, { values: ["v1"], producer: { id: 7, sequence: 1 } })).toBe(1);
    expect(contentOf(log)).toEqual(lines(2));
  });

  it("stops for good after a failed sync", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await fill(log, 1);
    log.stage(batchOf(["v1"]), LEADS);
    log.writeStaged();
    storage.failSyncOf(".log");
    expect(await codeOfPromise(log.sync())).toBe("disk-failed");
    storage.failSyncOf(undefined);
    expect([codeOf(() => log.stage(batchOf(["x"]), LEADS)), await codeOfPromise(log.sync())]).toEqual(["disk-failed", "log-failed"]);
    expect([log.syncedEndOffset, log.highWatermark]).toEqual([1, 1]);
  });
});

describe("reading", () => {
  it("starts with the batch that holds the offset, in memory as on disk", async () => {
    const storage = storageOf();
    const log = await newLog(storage, { segmentBytes: 200 });
    for (let index = 0; index < 30; index += 3) await append(log, [`v${index}`, `v${index + 1}`, `v${index + 2}`]);
    const check = (reader: typeof log): void => {
      for (let offset = 0; offset < 30; offset++) {
        for (const maxBytes of [1, 150, 10_000]) expect(contentOf(reader, at(offset), maxBytes)).toEqual(lines(30 - offset, offset));
        const { chunks, nextOffset } = reader.read({ offset: at(offset), maxBytes: 1, endOffset: at(30) });
        expect([chunks.length, nextOffset]).toEqual([1, Math.floor(offset / 3) * 3 + 3]);
      }
    };
    expect(log.segmentCount).toBeGreaterThan(3);
    check(log);
    await log.close();
    check(await reopen(storage, { segmentBytes: 200 }));
    storage.crash();
    check(await reopen(storage, { segmentBytes: 200 }));
  });

  it("returns nothing at or above the end that was asked for", async () => {
    const storage = storageOf();
    let log = await newLog(storage);
    await fill(log, 20);
    for (const round of ["memory", "disk"]) {
      for (let end = 0; end <= 20; end++) {
        const { sizeBytes, nextOffset } = log.read({ offset: at(0), maxBytes: 10_000, endOffset: at(end) });
        expect([round, end, nextOffset, sizeBytes > 0]).toEqual([round, end, end, end > 0]);
      }
      await log.close();
      log = await reopen(storage);
    }
  });

  it("returns no batch above maxBytes unless one is forced", async () => {
    const log = await newLog(storageOf());
    await append(log, ["v0", "v1"]);
    expect(log.read({ offset: at(0), maxBytes: 10, endOffset: at(2), minOneBatch: false })).toMatchObject({ sizeBytes: 0, nextOffset: 0 });
    expect(log.read({ offset: at(0), maxBytes: 10, endOffset: at(2) }).nextOffset).toBe(2);
  });

  it("reads batches larger than any buffer in between", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await append(log, ["a".repeat(300_000)]);
    await append(log, ["b"]);
    await append(log, ["c".repeat(900_000)]);
    await log.close();
    const again = await reopen(storage);
    expect(contentOf(again, at(0), 1).map((line) => line.length)).toEqual([300_002, 3, 900_002]);
  });

  it("refuses offsets outside of the log", async () => {
    const log = await newLog(storageOf());
    await fill(log, 1);
    const read = (offset: number) => codeOf(() => log.read({ offset: at(offset), maxBytes: 10, endOffset: at(9) }));
    expect([read(1), read(2)]).toEqual([undefined, "offset-out-of-range"]);
  });

  it("never returns a flipped bit from disk", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await fill(log, 5);
    await log.close();
    storage.flipBit(`${FOLDER}/00000000000000000000.log`, 200);
    const again = await reopen(storage);
    expect(codeOf(() => contentOf(again))).toBe("log-corrupt");
  });

  it("does not open a log whose last file was cut between two batches below what was durable", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await fill(log, 5);
    await log.checkpoint();
    storage.crash();
    storage.open(`${FOLDER}/00000000000000000000.log`).truncate(2 * 70);
    await expect(reopen(storage)).rejects.toMatchObject({ code: "log-corrupt", context: { offset: 2 } });
  });

  it("says so when a flipped bit moves a batch far behind its offset, and does not answer nothing for ever", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await fill(log, 5);
    await log.close();
    storage.flipBit(`${FOLDER}/00000000000000000000.log`, 0, 6);
    const again = await reopen(storage);
    expect(codeOf(() => contentOf(again))).toBe("log-corrupt");
  });
});

describe("producers", () => {
  const stage = (log: Awaited<ReturnType<typeof newLog>>, sequence: number, epoch = 0, id = 7) =>
    log.stage(batchOf({ values: ["x", "y"], producer: { id, epoch, sequence } }), LEADS);

  it("answers an exact replay of the last five batches with its first offset", async () => {
    const log = await newLog(storageOf());
    for (let index = 0; index < 6; index++) stage(log, index * 2);
    expect(stage(log, 10)).toMatchObject({ kind: "duplicate", baseOffset: 10, lastOffset: 11 });
    expect(stage(log, 2)).toMatchObject({ kind: "duplicate", baseOffset: 2 });
    expect(codeOf(() => stage(log, 0))).toBe("out-of-order-sequence");
    expect(log.stagedEndOffset).toBe(12);
  });

  it("refuses gaps, older epochs, and a new epoch that does not start at 0", async () => {
    const log = await newLog(storageOf());
    stage(log, 40); // unknown producers may begin anywhere
    expect([codeOf(() => stage(log, 43)), codeOf(() => stage(log, 5, 1))]).toEqual(["out-of-order-sequence", "out-of-order-sequence"]);
    stage(log, 0, 1);
    expect(codeOf(() => stage(log, 42, 0))).toBe("producer-fenced");
  });

  it("wraps sequences from 2^31-1 to 0", async () => {
    const log = await newLog(storageOf());
    stage(log, 2_147_483_646);
    expect(stage(log, 0).kind).toBe("appended");
  });

  it("keeps its state over a clean stop, a crash, and rolled segments", async () => {
    const storage = storageOf();
    let log = await newLog(storage, { segmentBytes: 400 });
    for (let sequence = 0; sequence < 20; sequence += 2) await append(log, { values: ["x", "y"], producer: { id: 7, sequence } });
    for (const stop of ["clean", "crash"]) {
      if (stop === "clean") await log.close();
      else storage.crash();
      log = await reopen(storage, { segmentBytes: 400 });
      expect(stage(log, 18)).toMatchObject({ kind: "duplicate", baseOffset: 18 });
      expect(stage(log, 10)).toMatchObject({ kind: "duplicate", baseOffset: 10 });
      expect(codeOf(() => stage(log, 22))).toBe("out-of-order-sequence");
    }
  });
});

describe("offsets by time", () => {
  it("finds the first record at or after a time, over segments and restarts", async () => {
    const storage = storageOf();
    let log = await newLog(storage, { segmentBytes: 500 });
    for (let index = 0; index < 20; index++) await append(log, { values: ["a", "b", "c"], timestamp: 1_000 + index * 10 });
    for (const round of ["open", "reopened"]) {
      for (const [time, offset] of [
        [0, 0],
        [1_000, 0],
        [1_001, 1],
        [1_002, 2],
        [1_003, 3],
        [1_095, 30],
        [1_191, 58],
        [1_192, 59],
      ] as const) {
        expect([round, time, log.offsetForTime(time as TimestampMs, "read-uncommitted")?.offset]).toEqual([round, time, offset]);
      }
      expect(log.offsetForTime(1_193 as TimestampMs, "read-uncommitted")).toBeUndefined();
      expect(log.offsetForTime("max-timestamp", "read-uncommitted")).toMatchObject({ offset: 59, timestamp: 1_192, leaderEpoch: EPOCH });
      expect([log.offsetForTime("earliest", "read-uncommitted")?.offset, log.offsetForTime("latest", "read-uncommitted")?.offset]).toEqual([
        0, 60,
      ]);
      await log.close();
      log = await reopen(storage, { segmentBytes: 500 });
    }
  });
});

describe("leader epochs", () => {
  it("knows where each epoch ends, also after a restart", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await fill(log, 2);
    await log.startLeaderEpoch(4 as LeaderEpoch);
    await fill(log, 3);
    await log.startLeaderEpoch(6 as LeaderEpoch);
    storage.crash();
    const again = await reopen(storage);
    const endOf = (epoch: number) => again.endOffsetOfEpoch(epoch as LeaderEpoch);
    expect([endOf(0), endOf(1), endOf(3), endOf(4), endOf(9)]).toEqual([
      undefined,
      { leaderEpoch: 1, endOffset: 2 },
      { leaderEpoch: 1, endOffset: 2 },
      { leaderEpoch: 4, endOffset: 5 },
      { leaderEpoch: 6, endOffset: 5 },
    ]);
    expect([again.leaderEpoch, again.leaderEpochStartOffset]).toEqual([6, 5]);
  });
});

describe("retention", () => {
  const small = { segmentBytes: 300 };

  it("deletes the oldest segments above the size limit, and none at or above the high watermark or keepFrom", async () => {
    const storage = storageOf();
    const log = await newLog(storage, { ...small, retentionBytes: 700 });
    await fill(log, 40);
    const held = await log.applyRetention({ now: NOW, keepFrom: at(10) });
    expect(held.logStartOffset).toBeLessThanOrEqual(10);
    expect(held.logStartOffset).toBeGreaterThan(0);
    const { logStartOffset } = await log.applyRetention({ now: NOW });
    expect(log.sizeBytes).toBeGreaterThanOrEqual(700);
    expect(log.sizeBytes).toBeLessThan(1_100);
    expect(codeOf(() => log.read({ offset: at(logStartOffset - 1), maxBytes: 1, endOffset: at(40) }))).toBe("offset-out-of-range");
    storage.powerLoss();
    const again = await reopen(storage, small);
    expect([again.logStartOffset, contentOf(again)]).toEqual([logStartOffset, lines(40 - logStartOffset, logStartOffset)]);
  });

  it("deletes what is too old, the active segment included", async () => {
    const log = await newLog(storageOf(), { ...small, retentionMs: 1_000 });
    await fill(log, 10);
    await log.applyRetention({ now: 1_900 as TimestampMs });
    expect(log.logStartOffset).toBe(0);
    await log.applyRetention({ now: 2_001 as TimestampMs });
    expect([log.logStartOffset, log.sizeBytes, log.segmentCount]).toEqual([10, 0, 1]);
    await fill(log, 1);
    expect(contentOf(log)).toEqual(["10:v10"]);
  });

  it("moves the log start for delete-records and keeps it", async () => {
    const storage = storageOf();
    const log = await newLog(storage, small);
    await fill(log, 20);
    await log.deleteRecordsBefore(at(7));
    expect(await codeOfPromise(log.deleteRecordsBefore(at(21)))).toBe("offset-out-of-range");
    expect((await log.applyRetention({ now: NOW })).deletedSegments).toBeGreaterThan(0);
    storage.crash();
    const again = await reopen(storage, small);
    expect(contentOf(again)).toEqual(lines(13, 7));
  });
});

describe("recovery", () => {
  it("verifies nothing after a clean stop", async () => {
    const storage = storageOf();
    const log = await newLog(storage, { segmentBytes: 300 });
    await fill(log, 20);
    await log.close();
    storage.powerLoss();
    const again = await reopen(storage);
    expect(again.recovery).toEqual({ wasClosedCleanly: true, verifiedBytes: 0, cutBytes: 0, isSuspect: false, wasSyncedLate: false });
    expect([again.logEndOffset, again.syncedEndOffset, again.highWatermark]).toEqual([20, 20, 20]);
    await again.startLeaderEpoch(9 as LeaderEpoch);
    await fill(again, 20);
    expect(contentOf(again)).toEqual(lines(40));
  });

  it("verifies from the last rolled segment on after a crash", async () => {
    const storage = storageOf();
    const log = await newLog(storage, { segmentBytes: 300 });
    await fill(log, 20);
    storage.crash();
    const again = await reopen(storage);
    expect(again.recovery.verifiedBytes).toBeLessThanOrEqual(300);
    expect(again.recovery.verifiedBytes).toBeGreaterThan(0);
    expect([again.logEndOffset, again.recovery.isSuspect]).toEqual([20, false]);
  });

  it("cuts a torn tail and says so", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await fill(log, 3);
    storage.crash();
    const file = storage.open(`${FOLDER}/00000000000000000000.log`);
    file.append([batchOf(["torn"]).subarray(0, 40)]);
    const again = await reopen(storage);
    expect([again.recovery.cutBytes, again.recovery.isSuspect, again.logEndOffset]).toEqual([40, true, 3]);
    expect(contentOf(again)).toEqual(lines(3));
  });

  it("reports damage in the middle and below the stored high watermark, naming file, position and offset", async () => {
    for (const flipped of [100, 205]) {
      const storage = storageOf();
      const log = await newLog(storage);
      await fill(log, 3);
      await log.checkpoint();
      storage.crash();
      storage.flipBit(`${FOLDER}/00000000000000000000.log`, flipped);
      await expect(reopen(storage)).rejects.toMatchObject({
        code: "log-corrupt",
        context: { file: `${FOLDER}/00000000000000000000.log`, position: Math.floor(flipped / 70) * 70, offset: Math.floor(flipped / 70) },
      });
    }
  });

  it("rebuilds lost or damaged indexes", async () => {
    const storage = storageOf();
    const log = await newLog(storage, { segmentBytes: 2_000 });
    await fill(log, 100);
    await log.close();
    storage.remove(`${FOLDER}/00000000000000000000.index`);
    for (const { name } of storage.list(FOLDER)) if (name.endsWith(".timeindex")) storage.flipBit(`${FOLDER}/${name}`, 2);
    const again = await reopen(storage);
    expect(contentOf(again)).toEqual(lines(100));
  });
});

describe("folders", () => {
  it("lists logs, finishes deletions, and forgets creations that did not finish", async () => {
    const storage = storageOf();
    const log = await newLog(storage);
    await log.close();
    storage.createFolder("t-0.deleted");
    storage.createFolder("t-1");
    storage.open("t-1/00000000000000000000.log", { create: true });
    expect(await listPartitionLogs(portsOn(storage))).toEqual([{ folder: FOLDER, identity: IDENTITY }]);
    expect(storage.list("").map((entry) => entry.name)).toEqual([FOLDER]);
    await deletePartitionLog(FOLDER, storage);
    expect([await listPartitionLogs(portsOn(storage)), await codeOfPromise(reopen(storage))]).toEqual([[], "log-missing"]);
  });

  it("names no log that a power cut would take, wherever a kill has interrupted its creation", async () => {
    const whole = storageOf();
    await newLog(whole);
    let named = 0;
    for (let operations = 0; operations < whole.operationCount; operations++) {
      const storage = storageOf();
      storage.powerOffAfter(operations);
      await expect(newLog(storage)).rejects.toThrow("power is off");
      storage.powerOffAfter(Infinity);
      storage.crash();
      const found = await listPartitionLogs(portsOn(storage));
      named += found.length;
      for (const { folder } of found) expect(storage.durableFiles(folder).map(({ name }) => name)).toContain(segmentFileName(at(0), "log"));
    }
    expect(named).toBeGreaterThan(0);
  });

  it("refuses to create a log twice", async () => {
    const storage = storageOf();
    await newLog(storage);
    expect(await codeOfPromise(newLog(storage))).toBe("log-exists");
  });
});
