import { describe, expect, it } from "@jest/globals";
import type { Offset, ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { createSimulatedStorage, referenceCrc32c } from "@millrace/testkit";
import type { CompactionOptions, LogSettings, PartitionLog } from "../src/index.ts";
import { batchesOf, recordsOf } from "./compaction-model.ts";
import { codecs, commit, FOLDER, LEADS, newLog, reopen } from "./log-fixture.ts";

const SETTINGS: Partial<LogSettings> = { segmentBytes: 200, cleanupPolicy: "compact", deleteRetentionMs: 1_000, minCleanableDirtyRatio: 0 };
const builder = new BatchBuilder({ crc32c: referenceCrc32c, codecs });
const bytes = (text: string | null) => (text === null ? null : new TextEncoder().encode(text));

interface Producer {
  readonly id: number;
  readonly sequence: number;
  readonly transactional?: boolean;
}

/** Appends one batch of `key=value` (`key!` is a tombstone, `=value` has no key) and commits it. */
async function put(log: PartitionLog, records: readonly string[], producer?: Producer): Promise<void> {
  for (const record of records) {
    const [key, value] = record.endsWith("!") ? [record.slice(0, -1), null] : record.split("=");
    builder.append(1_000 as TimestampMs, key === "" ? null : bytes(key), bytes(value ?? null));
  }
  const header =
    producer === undefined
      ? {}
      : {
          producerId: producer.id as ProducerId,
          producerEpoch: 0 as ProducerEpoch,
          baseSequence: producer.sequence,
          transactional: producer.transactional ?? false,
        };
  log.stage(builder.build(header), { ...LEADS, leaderEpoch: log.leaderEpoch, transactionVerified: true });
  await commit(log);
}

async function end(log: PartitionLog, outcome: "commit" | "abort", id = 7): Promise<void> {
  log.stageMarker({ producerId: id as ProducerId, producerEpoch: 0 as ProducerEpoch, coordinatorEpoch: 1, outcome }, LEADS);
  await commit(log);
}

/** Fills the active segment and begins another, so that everything before may be compacted. */
async function roll(log: PartitionLog): Promise<void> {
  const { segmentCount } = log;
  while (log.segmentCount === segmentCount) await put(log, [`filler=${"x".repeat(60)}`]);
}

const compact = (log: PartitionLog, now: number, options: Partial<CompactionOptions> = {}) =>
  log.compact({ now: now as TimestampMs, pause: () => Promise.resolve(), ...options });

/** `offset:key=value` of all records, `offset:#` of markers, `offset:-` of emptied batches; fillers are left out. */
function content(log: PartitionLog): string[] {
  return batchesOf(log)
    .flatMap((view) => {
      if (view.isControl) return [`${view.baseOffset}:#`];
      if (view.recordCount === 0) return [`${view.baseOffset}:-`];
      return recordsOf(view).map(({ offset, key, value }) => `${offset}:${value === null ? `${key}!` : `${key}=${value}`}`);
    })
    .filter((line) => !line.includes("filler"));
}

const newCompacted = (settings: Partial<LogSettings> = {}, storage = createSimulatedStorage({ seed: 1 })) =>
  newLog(storage, { ...SETTINGS, ...settings });

describe("compaction", () => {
  it("keeps the last record of each key, at its offset", async () => {
    const log = await newCompacted();
    await put(log, ["a=1", "b=1", "c=1"]);
    await put(log, ["a=2"]);
    await put(log, ["c=2", "d=1"]);
    await roll(log);
    const end = log.logEndOffset;
    expect(await compact(log, 1)).toMatchObject({ isComplete: true, removedRecords: 2 });
    expect(content(log)).toEqual(["1:b=1", "3:a=2", "4:c=2", "5:d=1"]);
    expect([log.logStartOffset, log.logEndOffset]).toEqual([0, end]);
    await put(log, ["b=2"]);
    await roll(log);
    await compact(log, 2);
    expect(content(log)).toEqual(["3:a=2", "4:c=2", "5:d=1", `${end}:b=2`]);
  });

  it("keeps a tombstone for delete.retention.ms from the pass on that first saw it", async () => {
    const log = await newCompacted();
    await put(log, ["a=1", "b=1"]);
    await put(log, ["a!"]);
    await roll(log);
    await compact(log, 5_000);
    expect(content(log)).toEqual(["1:b=1", "2:a!"]);
    await roll(log);
    await compact(log, 5_999);
    expect(content(log)).toEqual(["1:b=1", "2:a!"]);
    await roll(log);
    await compact(log, 6_000);
    expect(content(log)).toEqual(["1:b=1"]);
  });

  it("keeps a marker while its transaction has data, then for delete.retention.ms", async () => {
    const log = await newCompacted();
    await put(log, ["a=1"], { id: 7, sequence: 0, transactional: true });
    await end(log, "commit");
    await put(log, ["z=1"], { id: 7, sequence: 1, transactional: true });
    await end(log, "commit");
    await roll(log);
    await compact(log, 10_000);
    await roll(log);
    await compact(log, 20_000);
    expect(content(log)).toEqual(["0:a=1", "1:#", "2:z=1", "3:#"]);
    await put(log, ["a=2"]);
    await roll(log);
    await compact(log, 30_000); // the data goes
    expect(content(log).slice(0, 3)).toEqual(["1:#", "2:z=1", "3:#"]);
    await roll(log);
    await compact(log, 40_000); // nothing was there any more: counts from now
    expect(content(log)[0]).toBe("1:#");
    await roll(log);
    await compact(log, 40_999);
    expect(content(log)[0]).toBe("1:#");
    await roll(log);
    await compact(log, 41_000);
    expect(content(log).slice(0, 2)).toEqual(["2:z=1", "3:#"]);
  });

  it("removes what was aborted, which outdates nothing", async () => {
    const log = await newCompacted();
    await put(log, ["a=1", "b=1"]);
    await put(log, ["a=aborted", "c=aborted"], { id: 7, sequence: 0, transactional: true });
    await end(log, "abort");
    await put(log, ["d=1"], { id: 7, sequence: 2, transactional: true });
    await end(log, "commit");
    await roll(log);
    await compact(log, 1);
    expect(content(log)).toEqual(["0:a=1", "1:b=1", "4:#", "5:d=1", "6:#"]);
  });

  it("leaves a header in place of a producer's last batch, so that its sequence stays known", async () => {
    const storage = createSimulatedStorage({ seed: 1 });
    const log = await newCompacted({}, storage);
    await put(log, ["a=1", "b=1"], { id: 5, sequence: 0 });
    await put(log, ["a=2"], { id: 5, sequence: 2 });
    await put(log, ["a=3", "b=3"]);
    await roll(log);
    await compact(log, 1);
    expect(content(log)).toEqual(["2:-", "3:a=3", "4:b=3"]);
    await log.close();
    for (const { name } of storage.list(FOLDER)) if (name.endsWith(".snapshot")) storage.remove(`${FOLDER}/${name}`);
    const again = await reopen(storage, SETTINGS);
    expect(again.nextSequence({ producerId: 5 as ProducerId, producerEpoch: 0 as ProducerEpoch })).toBe(3);
  });

  it("touches neither the active segment, nor open transactions, nor what somebody may read again, nor what is too young", async () => {
    const log = await newCompacted({ minCompactionLagMs: 500 });
    await put(log, ["a=1"]);
    await put(log, ["a=2"]);
    expect(await compact(log, 9_999)).toBeUndefined();
    await roll(log);
    expect(log.compactionNeed({ now: 1_400 as TimestampMs })).toBeUndefined();
    expect(log.compactionNeed({ now: 9_999 as TimestampMs, keepFrom: 1 as Offset })).toBeUndefined();
    expect(log.compactionNeed({ now: 9_999 as TimestampMs })).toMatchObject({ isDue: true, dirtyRatio: 1 });
    const open = await newCompacted();
    await put(open, ["a=1"], { id: 7, sequence: 0, transactional: true });
    await put(open, ["a=2"]);
    await roll(open);
    expect(open.compactionNeed({ now: 9_999 as TimestampMs })).toBeUndefined();
    await end(open, "commit");
    expect(open.compactionNeed({ now: 9_999 as TimestampMs })).toMatchObject({ isDue: true });
  });

  it("is due by the dirty ratio, or by max.compaction.lag.ms, for which an idle active segment gives way", async () => {
    const log = await newCompacted({ minCleanableDirtyRatio: 0.6, maxCompactionLagMs: 50_000, segmentBytes: 10_000 });
    await put(log, ["a=1"]);
    await put(log, ["a=2"]);
    await compact(log, 1_050_000); // the active segment began at 1,000,000
    expect(content(log)).toEqual(["1:a=2"]);
    await put(log, ["a=3"]);
    log.configure({ ...log.settings, segmentBytes: 10 });
    await put(log, ["b=1"]);
    const need = log.compactionNeed({ now: 2_000 as TimestampMs });
    expect([need?.isDue, need === undefined ? 0 : Math.round(need.dirtyRatio * 10)]).toEqual([false, 5]);
    expect(log.compactionNeed({ now: 52_000 as TimestampMs })?.isDue).toBe(true);
  });

  it("refuses records without a key, and names them", async () => {
    const log = await newCompacted();
    await expect(put(log, ["a=1", "=2", "b=1", "=3"])).rejects.toMatchObject({ code: "record-without-key", context: { records: "1,3" } });
    expect(log.stagedEndOffset).toBe(0);
    log.configure({ ...log.settings, cleanupPolicy: "delete" });
    await put(log, ["=2"]);
  });

  it("removes records without a key, and keeps those with a key that is too long, and batches that nobody can read", async () => {
    const long = "k".repeat(1_048_577);
    const log = await newCompacted({ maxMessageBytes: 8_000_000, cleanupPolicy: "delete" });
    await put(log, ["=1", "a=1"]);
    await put(log, [`${long}=1`, `${long}=2`]);
    const broken = builder;
    broken.append(1_000 as TimestampMs, bytes("u"), bytes("unreadable"));
    const batch = broken.build();
    batch[61] = 126; // the length of the first record
    new DataView(batch.buffer).setUint32(17, referenceCrc32c(batch.subarray(21)));
    log.stage(batch, LEADS);
    await commit(log);
    log.configure({ ...log.settings, cleanupPolicy: "compact" });
    await roll(log);
    expect(await compact(log, 1)).toMatchObject({ isComplete: true, undecodableBatches: 1, removedRecords: 1 });
    expect(batchesOf(log).map((view) => [view.baseOffset, view.recordCount])).toEqual(
      expect.arrayContaining([
        [0, 1],
        [2, 2],
        [4, 1],
      ]),
    );
  });

  it("needs several passes when the keys do not fit, and makes one segment of small ones", async () => {
    const log = await newCompacted();
    for (let index = 0; index < 40; index++) await put(log, [`k${index % 10}=${index}`]);
    await roll(log);
    const keyBounds = { keysMax: 4, bytesMax: 1_000 };
    const before = log.segmentCount;
    let passes = 0;
    for (let isComplete = false; !isComplete; passes++) isComplete = (await compact(log, 1, { keyBounds }))?.isComplete ?? true;
    expect(passes).toBeGreaterThan(3);
    expect(content(log)).toEqual(Array.from({ length: 10 }, (_, index) => `${30 + index}:k${index}=${30 + index}`));
    expect(log.segmentCount).toBeLessThan(before / 2);
  });

  it("reads on in a gap, and reports what is damaged instead of copying it", async () => {
    const storage = createSimulatedStorage({ seed: 1 });
    const log = await newCompacted({}, storage);
    for (let index = 0; index < 8; index++) await put(log, [`a=${index}`]);
    await roll(log);
    await compact(log, 1);
    const { chunks, nextOffset } = log.read({ offset: 3 as Offset, maxBytes: 1, endOffset: log.logEndOffset });
    expect([chunks.length, nextOffset]).toEqual([1, 8]);
    expect(log.read({ offset: 3 as Offset, maxBytes: 1_000, endOffset: 5 as Offset })).toMatchObject({ chunks: [], nextOffset: 5 });
    await roll(log);
    const names = storage.list(FOLDER).filter(({ name, sizeBytes }) => name.endsWith(".log") && sizeBytes > 0);
    storage.flipBit(`${FOLDER}/${names[0]?.name ?? ""}`, 65);
    await expect(compact(log, 2)).rejects.toMatchObject({ code: "log-corrupt" });
    expect(log.failure).toBeUndefined();
  });

  it("gives up when the disk is full or the log is closed, and the log is whole", async () => {
    const storage = createSimulatedStorage({ seed: 1 });
    const log = await newCompacted({}, storage);
    for (let index = 0; index < 8; index++) await put(log, ["a=1", `b${index}=1`]);
    await roll(log);
    const before = content(log);
    storage.limitBytes(0);
    await expect(compact(log, 1)).rejects.toMatchObject({ code: "disk-full" });
    storage.limitBytes(Infinity);
    expect(content(log)).toEqual(before);
    const running = compact(log, 1);
    await log.close();
    await expect(running).rejects.toMatchObject({ code: "log-failed" });
    const again = await reopen(storage, SETTINGS);
    expect(content(again).length).toBeLessThanOrEqual(before.length);
    await compact(again, 1);
    expect(content(again)).toContain("14:a=1");
  });
});

describe("a compaction with the power cut after each write and sync", () => {
  it("leaves a log that reads the same", async () => {
    const build = async (seed: number) => {
      const storage = createSimulatedStorage({ seed });
      const log = await newCompacted({}, storage.mount() as never);
      for (let index = 0; index < 9; index++) await put(log, [`a=${index}`, `b${index % 3}=${index}`]);
      await roll(log);
      return { storage, log };
    };
    const expected = ["13:b0=6", "15:b1=7", "16:a=8", "17:b2=8"];
    const whole = await build(1);
    const start = whole.storage.operationCount;
    await compact(whole.log, 1);
    expect(content(whole.log)).toEqual(expected);
    const operations = whole.storage.operationCount - start;
    expect(operations).toBeGreaterThan(20);
    const outcomes = new Set<string>();
    for (let cut = 0; cut < operations; cut++) {
      for (let seed = 0; seed < 8; seed++) {
        const { storage, log } = await build(seed);
        storage.powerOffAfter(cut);
        await compact(log, 1).catch(() => undefined);
        storage.powerLoss();
        const again = await reopen(storage, SETTINGS);
        const found = content(again);
        expect({ cut, seed, lost: expected.filter((line) => !found.includes(line)) }).toEqual({ cut, seed, lost: [] });
        outcomes.add(String(found.length));
        await again.startLeaderEpoch((again.leaderEpoch + 1) as typeof again.leaderEpoch);
        again.advanceHighWatermark([again.replicaEndOffset]);
        await compact(again, 1);
        expect(content(again)).toEqual(expected);
        expect(storage.list(FOLDER).filter(({ name }) => /cleaned|compaction/.test(name))).toEqual([]);
      }
    }
    expect(outcomes.size).toBeGreaterThan(1);
  });
});
