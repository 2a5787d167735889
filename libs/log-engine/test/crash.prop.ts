import { describe, expect, it } from "@jest/globals";
import type { LeaderEpoch, ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { createSimulatedStorage, SeededRandom, type SimulatedStorage } from "@millrace/testkit";
import type { PartitionLog } from "../src/index.ts";
import { batchOf, contentOf, FOLDER, LEADS, newLog, reopen } from "./log-fixture.ts";

const SEEDS = Number(process.env["SEEDS"] ?? 400);
const FIRST_SEED = Number(process.env["SEED"] ?? 1);
const STEPS = 40;
const SETTINGS = { segmentBytes: 500 };

/** What an outside observer knows: which records were acknowledged, and which may or may not be there. */
class Model {
  /** `offset:value` of everything acknowledged, by offset. */
  readonly acknowledged = new Map<number, string>();
  /** Everything ever staged, to know what may appear at an offset. */
  readonly possible = new Map<number, Set<string>>();
  highestAcknowledgedEnd = 0;

  staged(baseOffset: number, values: readonly string[]): string[] {
    return values.map((value, index) => {
      const line = `${baseOffset + index}:${value}`;
      const set = this.possible.get(baseOffset + index) ?? new Set();
      this.possible.set(baseOffset + index, set.add(line));
      return line;
    });
  }

  acknowledge(lines: readonly string[]): void {
    for (const line of lines) {
      const offset = Number(line.split(":")[0]);
      this.acknowledged.set(offset, line);
      this.highestAcknowledgedEnd = Math.max(this.highestAcknowledgedEnd, offset + 1);
    }
  }

  /** Every acknowledged record is there once and in its place; nothing is there that was never written; offsets have no gap. */
  check(log: PartitionLog): void {
    const content = contentOf(log);
    content.forEach((line, index) => {
      const offset = log.logStartOffset + index;
      if (Number(line.split(":")[0]) !== offset) throw new Error(`gap or disorder: ${line} at ${offset}`);
      const expected = this.acknowledged.get(offset);
      if (expected !== undefined && expected !== line) throw new Error(`acknowledged ${expected}, found ${line}`);
      if (this.possible.get(offset)?.has(line) !== true) throw new Error(`never written: ${line}`);
    });
    if (log.logEndOffset < this.highestAcknowledgedEnd)
      throw new Error(`lost: end is ${log.logEndOffset}, acknowledged up to ${this.highestAcknowledgedEnd}`);
  }
}

/** A random life of a log: appends in turns, syncs, rolls, checkpoints, retention, clean stops, process kills and power cuts. */
async function live(seed: number, prepare?: (storage: SimulatedStorage) => void): Promise<void> {
  const random = new SeededRandom(seed);
  const storage = createSimulatedStorage({ seed: seed * 31 });
  prepare?.(storage);
  const model = new Model();
  let current = await newLog(storage.mount(), SETTINGS);
  let epoch = 1;
  let value = 0;
  let sequence = 0;
  let producerEpoch = 0;

  const turn = (): Promise<void> => {
    const log = current;
    const lines: string[] = [];
    const options = { ...LEADS, leaderEpoch: epoch as LeaderEpoch, transactionVerified: true };
    for (let count = 1 + random.integer(3); count > 0; count--) {
      const kind = random.integer(6);
      if (kind === 0) {
        const marker = {
          producerId: 9 as ProducerId,
          producerEpoch: producerEpoch as ProducerEpoch,
          coordinatorEpoch: epoch,
          outcome: "abort" as const,
        };
        const { baseOffset, kind: outcome } = log.stageMarker(marker, options);
        if (outcome === "appended") lines.push(...model.staged(baseOffset, ["#"]));
        continue;
      }
      const values = Array.from({ length: 1 + random.integer(4) }, () => `v${value++}-${"x".repeat(random.integer(30))}`);
      const producer =
        kind === 1
          ? { id: 7, epoch: producerEpoch, sequence }
          : kind === 2
            ? { id: 9, epoch: producerEpoch, sequence: -1, transactional: true }
            : undefined;
      if (producer?.id === 9) continue; // opened by its own step below
      const staged = log.stage(batchOf(producer === undefined ? values : { values, producer }), options);
      if (producer !== undefined) sequence += values.length;
      lines.push(...model.staged(staged.baseOffset, values));
    }
    log.writeStaged();
    const end = log.logEndOffset;
    return log.sync().then(() => {
      log.advanceHighWatermark([log.replicaEndOffset]);
      if (log.highWatermark < end) throw new Error("the high watermark is behind an acknowledged sync");
      model.acknowledge(lines);
    });
  };
  const recover = async (): Promise<void> => {
    current = await reopen(storage.mount(), SETTINGS);
    model.check(current);
    // A restarted producer begins a new epoch: what it sent last may be there or not.
    epoch++;
    producerEpoch++;
    sequence = 0;
    await current.startLeaderEpoch(epoch as LeaderEpoch);
    current.advanceHighWatermark([current.replicaEndOffset]);
  };

  for (let step = 0; step < STEPS; step++) {
    const action = random.integer(20);
    if (action < 9) await turn();
    else if (action < 14) {
      const running = turn().catch(() => undefined);
      if (random.integer(2) === 0) void turn().catch(() => undefined);
      for (let ticks = random.integer(12); ticks > 0; ticks--) await Promise.resolve();
      if (random.integer(3) === 0) storage.crash();
      else if (random.integer(2) === 0) storage.powerLoss();
      else {
        await running;
        continue;
      }
      await running;
      await recover();
    } else if (action === 14) await current.checkpoint();
    else if (action === 15) await current.applyRetention({ now: 1 as TimestampMs });
    else if (action === 16) {
      await current.sync();
      await current.deleteRecordsBefore(Math.floor((current.logStartOffset + current.highWatermark) / 2) as typeof current.highWatermark);
      await current.applyRetention({ now: 1 as TimestampMs });
    } else if (action === 17) {
      await current.close();
      storage.powerLoss();
      await recover();
    } else if (action === 18) {
      storage.crash();
      await recover();
    } else {
      storage.powerLoss();
      await recover();
    }
  }
  await current.sync();
  model.check(current);
}

async function liveAll(prepare?: (storage: SimulatedStorage) => void): Promise<string[]> {
  const failures: string[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    try {
      await live(seed, prepare);
    } catch (error) {
      failures.push(`SEED=${seed} SEEDS=1: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return failures;
}

describe("a log through crashes and power cuts", () => {
  it("keeps every acknowledged record once and in order, and serves nothing that was not written", async () => {
    expect((await liveAll()).slice(0, 3)).toEqual([]);
  });

  it("is caught when a disk lies about its syncs", async () => {
    const failures = await liveAll((storage) => (storage.ignoresSyncs = true));
    expect(failures.length).toBeGreaterThan(SEEDS / 3);
  });
});

describe("a short script with the power cut after each write and sync", () => {
  /** Appends through two rolls, a checkpoint, retention and a clean stop; returns what was acknowledged. */
  async function script(storage: SimulatedStorage, acknowledged: string[]): Promise<void> {
    const settings = { segmentBytes: 200, retentionBytes: 500 };
    const log = await newLog(storage.mount(), settings);
    for (let index = 0; index < 12; index++) {
      const { baseOffset } = log.stage(batchOf([`v${index}`]), LEADS);
      log.writeStaged();
      await log.sync();
      log.advanceHighWatermark([log.replicaEndOffset]);
      acknowledged.push(`${baseOffset}:v${index}`);
      if (index === 5) await log.checkpoint();
      if (index === 8) await log.applyRetention({ now: 1 as TimestampMs });
    }
    await log.close();
  }

  it("loses nothing at any of them", async () => {
    const whole = createSimulatedStorage({ seed: 1 });
    await script(whole, []);
    const operations = whole.operationCount;
    expect(operations).toBeGreaterThan(60);
    for (let cut = 0; cut < operations; cut++) {
      for (let seed = 0; seed < 10; seed++) {
        const storage = createSimulatedStorage({ seed });
        storage.powerOffAfter(cut);
        const acknowledged: string[] = [];
        await script(storage, acknowledged).catch(() => undefined);
        storage.powerLoss();
        if (acknowledged.length === 0 && !storage.exists(`${FOLDER}/partition.json`)) continue;
        const log = await reopen(storage, { segmentBytes: 200 });
        const content = contentOf(log);
        const missing = acknowledged.filter((line) => Number(line.split(":")[0]) >= log.logStartOffset && !content.includes(line));
        expect({ cut, seed, missing }).toEqual({ cut, seed, missing: [] });
        expect(content.length).toBe(log.logEndOffset - log.logStartOffset);
      }
    }
  });
});
