import { describe, expect, it } from "@jest/globals";
import type { LeaderEpoch, Offset, ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { createSimulatedStorage, referenceCrc32c, SeededRandom } from "@millrace/testkit";
import type { LogSettings, PartitionLog } from "../src/index.ts";
import { applyTo, batchesOf, fetchCommitted, NaiveLog, recordsOf, type Table } from "./compaction-model.ts";
import { codecs, commit, FOLDER, newLog, reopen } from "./log-fixture.ts";

const SEEDS = Number(process.env["SEEDS"] ?? 100);
const FIRST_SEED = Number(process.env["SEED"] ?? 1);
const STEPS = 120;
const RETENTIONS_MS = [200, 1_500, 4_000];
const DAY_MS = 90_000_000; // and a little: idle producers are forgotten
const TRANSACTIONAL = [20, 21, 22];
const IDEMPOTENT = [30, 31];
const KEYS = 9;

/** A log that is written to, compacted, cut off from power and read, beside one that keeps everything. */
class Life {
  readonly random: SeededRandom;
  readonly storage: ReturnType<typeof createSimulatedStorage>;
  readonly naive = new NaiveLog();
  readonly #builder = new BatchBuilder({ crc32c: referenceCrc32c, codecs });
  readonly #sequences = new Map<number, number>();
  readonly #epochs = new Map<number, number>();
  #epoch = 1;
  #now = 10_000;
  #values = 0;
  /** Reads slowly, from the log's start on. */
  #reader: { table: Table; offset: Offset; startedMs: number } = { table: new Map(), offset: 0 as Offset, startedMs: 0 };
  readonly #settings: Partial<LogSettings>;
  log!: PartitionLog; // set by `start`

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.storage = createSimulatedStorage({ seed: seed * 17 });
    const deleteRetentionMs = RETENTIONS_MS[this.random.integer(RETENTIONS_MS.length)] ?? 0;
    this.#settings = { segmentBytes: 600, cleanupPolicy: "compact", deleteRetentionMs, minCleanableDirtyRatio: 0 };
  }

  async start(): Promise<void> {
    this.log = await newLog(this.storage.mount(), this.#settings);
  }

  async step(): Promise<void> {
    const { random } = this;
    this.#now += random.integer(60);
    const action = random.integer(20);
    if (random.integer(40) === 0) await this.#letADayPass();
    else if (action < 6) await this.#append(undefined);
    else if (action < 8) await this.#append(IDEMPOTENT[random.integer(IDEMPOTENT.length)]);
    else if (action < 11) await this.#append(TRANSACTIONAL[random.integer(TRANSACTIONAL.length)]);
    else if (action < 14) await this.#endTransaction(TRANSACTIONAL[random.integer(TRANSACTIONAL.length)] ?? 20);
    else if (action < 16) this.#readOn();
    else if (action === 16) await this.#restart(random.integer(3));
    else if (action === 17) await this.#compactUntilPowerFails();
    else await this.#compact();
  }

  async #append(producerId: number | undefined): Promise<void> {
    const { random, log } = this;
    const isTransactional = producerId !== undefined && TRANSACTIONAL.includes(producerId);
    const records = Array.from({ length: 1 + random.integer(4) }, () => ({
      key: `k${random.integer(KEYS)}`,
      value: random.integer(4) === 0 ? null : `v${this.#values++}${"x".repeat(random.integer(40))}`,
      timestamp: this.#now - random.integer(200),
    }));
    const encode = (text: string | null) => (text === null ? null : new TextEncoder().encode(text));
    for (const { key, value, timestamp } of records) this.#builder.append(timestamp as TimestampMs, encode(key), encode(value));
    const producer = { producerId: producerId as ProducerId, producerEpoch: this.#epochOf(producerId) };
    const sequence = producerId === undefined ? -1 : log.nextSequence(producer);
    const header = producerId === undefined ? {} : { ...producer, baseSequence: sequence, transactional: isTransactional };
    const batch = this.#builder.build({ ...header, compression: random.integer(3) === 0 ? "gzip" : "none" });
    const { baseOffset } = log.stage(batch, {
      leaderEpoch: this.#epoch as LeaderEpoch,
      now: this.#now as TimestampMs,
      transactionVerified: true,
    });
    await commit(log);
    if (producerId !== undefined) this.#sequences.set(producerId, sequence + records.length);
    records.forEach((record, index) => this.naive.add({ ...record, offset: baseOffset + index }, isTransactional ? producerId : undefined));
  }

  async #endTransaction(producerId: number): Promise<void> {
    if (!this.naive.hasOpen(producerId)) return;
    const outcome = this.random.integer(2) === 0 ? "commit" : "abort";
    const marker = {
      producerId: producerId as ProducerId,
      producerEpoch: this.#epochOf(producerId),
      coordinatorEpoch: 1,
      outcome,
    } as const;
    this.log.stageMarker(marker, { leaderEpoch: this.#epoch as LeaderEpoch, now: this.#now as TimestampMs });
    await commit(this.log);
    this.naive.end(producerId, outcome);
  }

  /** Producers without an open transaction are forgotten: nothing of theirs is kept for their sake any more. */
  async #letADayPass(): Promise<void> {
    await this.log.applyRetention({ now: this.#now as TimestampMs }); // those that recovery found begin to count as idle
    this.#now += DAY_MS;
    await this.log.applyRetention({ now: this.#now as TimestampMs });
    for (const producerId of [...this.#sequences.keys()]) {
      if (this.naive.hasOpen(producerId)) continue;
      this.#sequences.delete(producerId);
      this.#epochs.set(producerId, this.#epochOf(producerId) + 1); // as a producer that comes back begins anew
    }
  }

  #epochOf(producerId: number | undefined): ProducerEpoch {
    return (this.#epochs.get(producerId ?? -1) ?? 0) as ProducerEpoch;
  }

  #compaction(): ReturnType<PartitionLog["compact"]> {
    const keysMax = [2, 5, 1_000][this.random.integer(3)] ?? 2;
    return this.log.compact({ now: this.#now as TimestampMs, pause: async () => {}, keyBounds: { keysMax, bytesMax: 10_000 } });
  }

  async #compact(): Promise<void> {
    const result = await this.#compaction();
    this.check();
    if (result?.isComplete === true) this.#checkCompacted();
  }

  async #compactUntilPowerFails(): Promise<void> {
    this.storage.powerOffAfter(this.random.integer(40));
    await this.#compaction().catch(() => undefined);
    this.storage.powerLoss();
    await this.#open();
  }

  async #restart(how: number): Promise<void> {
    if (how === 0) await this.log.close();
    if (how === 1) this.storage.crash();
    else this.storage.powerLoss();
    if (this.random.integer(2) === 0) this.#loseDerivedFiles();
    await this.#open();
  }

  /** Snapshots and indexes are gone: everything must be found again in what compaction has left. */
  #loseDerivedFiles(): void {
    const isDerived = this.random.integer(2) === 0 ? /\.(snapshot|txnindex)$/ : /\.(snapshot|index|timeindex|txnindex)$/;
    for (const { name } of this.storage.list(FOLDER)) if (isDerived.test(name)) this.storage.remove(`${FOLDER}/${name}`);
  }

  async #open(): Promise<void> {
    this.log = await reopen(this.storage.mount(), this.#settings);
    this.#epoch++;
    await this.log.startLeaderEpoch(this.#epoch as LeaderEpoch);
    this.log.advanceHighWatermark([this.log.replicaEndOffset]);
    for (const [producerId, sequence] of this.#sequences) {
      const next = this.log.nextSequence({ producerId: producerId as ProducerId, producerEpoch: this.#epochOf(producerId) });
      if (next !== sequence) throw new Error(`producer ${producerId} is at ${sequence}, the log says ${next}`);
    }
    this.check();
  }

  /** A committed reader goes on; if it was quick enough, it has at the end what one without compaction has. */
  #readOn(): void {
    const reader = this.#reader;
    for (let count = 1 + this.random.integer(3); count > 0 && reader.offset < this.log.lastStableOffset; count--) {
      const { records, nextOffset } = fetchCommitted(this.log, reader.offset, 50 + this.random.integer(150));
      if (nextOffset <= reader.offset) throw new Error(`reader got stuck at ${reader.offset}`);
      for (const record of records) applyTo(reader.table, record);
      reader.offset = nextOffset;
    }
    if (reader.offset < this.log.lastStableOffset) return;
    if (this.#now - reader.startedMs < this.log.settings.deleteRetentionMs)
      expectSame("slow reader", reader.table, this.naive.table(reader.offset));
    this.#reader = { table: new Map(), offset: this.log.logStartOffset, startedMs: this.#now };
  }

  check(): void {
    const { log, naive } = this;
    const stable = naive.lastStableOffset(log.logEndOffset);
    if (log.lastStableOffset !== stable) throw new Error(`last stable offset is ${log.lastStableOffset} instead of ${stable}`);
    let end = 0;
    for (const view of batchesOf(log, 50 + this.random.integer(2_000))) {
      if (view.baseOffset < end) throw new Error(`disorder: ${view.baseOffset} after ${end}`);
      end = view.nextOffset;
      if (view.isControl) continue;
      for (const seen of recordsOf(view)) {
        const written = naive.at(seen.offset);
        if (written?.key !== seen.key || written.value !== seen.value || written.timestamp !== seen.timestamp)
          throw new Error(`at ${seen.offset}: wrote ${JSON.stringify(written)}, read ${JSON.stringify(seen)}`);
      }
    }
    const table: Table = new Map();
    for (let offset: Offset = log.logStartOffset; offset < log.lastStableOffset;) {
      const { records, nextOffset } = fetchCommitted(log, offset, 100 + this.random.integer(2_000));
      for (const record of records) {
        if (naive.at(record.offset)?.transaction?.outcome === "abort") throw new Error(`aborted record read: ${JSON.stringify(record)}`);
        applyTo(table, record);
      }
      if (nextOffset <= offset) throw new Error(`read got stuck at ${offset}`);
      offset = nextOffset;
    }
    expectSame("reader from the start", table, naive.table(stable));
  }

  /** Below the clean end each key stands once, and nothing of an aborted transaction is there. */
  #checkCompacted(): void {
    const seen = new Set<string>();
    for (const view of batchesOf(this.log)) {
      if (view.isControl || view.nextOffset > this.log.cleanEndOffset) continue;
      for (const { key, offset } of recordsOf(view)) {
        if (seen.has(key)) throw new Error(`key ${key} is there twice, again at ${offset}`);
        if (this.naive.at(offset)?.transaction?.outcome === "abort") throw new Error(`aborted record at ${offset} is still there`);
        seen.add(key);
      }
    }
  }
}

function expectSame(what: string, found: Table, expected: Table): void {
  const sorted = (table: Table) => JSON.stringify([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
  if (sorted(found) !== sorted(expected)) throw new Error(`${what} has ${sorted(found)} instead of ${sorted(expected)}`);
}

describe("a compacted log through rewrites, restarts and power cuts", () => {
  it("gives every reader what a log that keeps everything gives", async () => {
    const failures: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS && failures.length < 3; seed++) {
      const life = new Life(seed);
      try {
        await life.start();
        for (let step = 0; step < STEPS; step++) await life.step();
        life.check();
      } catch (error) {
        failures.push(`SEED=${seed} SEEDS=1: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
    }
    expect(failures).toEqual([]);
  });
});
