import { describe, expect, it } from "@jest/globals";
import type { LeaderEpoch, Offset, ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import { RecordBatchView, stampBatch } from "@millrace/records";
import { createSimulatedStorage, SeededRandom } from "@millrace/testkit";
import { type PartitionLog, truncatePartitionLog } from "../src/index.ts";
import { batchOf, LEADS, newLog, NOW, portsOn, reopen, SETTINGS as DEFAULTS } from "./log-fixture.ts";

const SEEDS = Number(process.env["SEEDS"] ?? 150);
const FIRST_SEED = Number(process.env["SEED"] ?? 1);
const STEPS = 60;
const SETTINGS = { ...DEFAULTS, segmentBytes: 500 };
const PRODUCERS = [1, 2, 3, 4];
/** This one writes transactions only. */
const TRANSACTIONAL = 4;

/** One batch as it stands in the log; `count` 0: a marker. */
interface Placed {
  readonly base: number;
  readonly id: number;
  readonly epoch: number;
  readonly sequence: number;
  readonly count: number;
}

/** What the producers' state has to be, by looking at every batch of the log: the naive model. */
function stateOf(log: readonly Placed[], id: number): { epoch: number; next: number; open: number; lastOffset: number } {
  const state = { epoch: 0, next: 0, open: -1, lastOffset: -1 };
  for (const batch of log.filter((candidate) => candidate.id === id)) {
    if (batch.epoch !== state.epoch) state.next = 0;
    state.epoch = batch.epoch;
    if (batch.count > 0) {
      state.next = batch.sequence + batch.count;
      state.lastOffset = batch.base;
    }
    if (id === TRANSACTIONAL) state.open = batch.count === 0 ? -1 : state.open === -1 ? batch.base : state.open;
  }
  return state;
}

const endOf = ({ base, count }: Placed): number => base + Math.max(count, 1);

/** A random life of one replica's log on a disk that is full at times, with every way to lose and reopen it. */
class Life {
  readonly #random: SeededRandom;
  readonly #storage: ReturnType<typeof createSimulatedStorage>;
  #log!: PartitionLog;
  #epoch = 1;
  /** What the file holds, in order, from offset 0 on. */
  #written: readonly Placed[] = [];
  #staged: Placed[] = [];
  readonly reached = { refusedWrites: 0, failedSyncs: 0, brokenCuts: 0, cuts: 0, reopened: 0 };

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#storage = createSimulatedStorage({ seed: seed * 31 });
  }

  async run(): Promise<void> {
    this.#log = await newLog(this.#storage.mount(), SETTINGS);
    for (let step = 0; step < STEPS; step++) {
      await this.#step(this.#random.integer(16));
      this.#check();
    }
  }

  async #step(action: number): Promise<void> {
    if (action < 6) await this.#turn();
    else if (action < 9) await this.#sync();
    else if (action === 9) this.#storage.limitBytes(this.#storage.usedBytes + this.#random.integer(900));
    else if (action === 10) this.#storage.limitBytes(Infinity);
    else if (action === 11) await this.#log.checkpoint().catch(passDiskFull);
    else if (action === 12) await this.#truncate();
    else if (action === 13) await this.#retain();
    else await this.#reopen();
  }

  /** Stages batches as a leader or as a follower, and writes them; a full disk takes all of them back. */
  async #turn(): Promise<void> {
    const isLeader = this.#random.integer(2) === 0;
    try {
      for (let count = 1 + this.#random.integer(4); count > 0; count--) this.#stage(isLeader);
      this.#log.writeStaged();
      this.#written = [...this.#written, ...this.#staged];
    } catch (error) {
      passDiskFull(error);
      this.reached.refusedWrites++;
      if (this.#log.stagedBytes > 0) this.#writeWhatIsStaged();
    }
    this.#staged = [];
    if (this.#random.integer(2) === 0) await this.#sync();
  }

  /** A roll found no room in the middle of a turn: what was staged before it still counts. */
  #writeWhatIsStaged(): void {
    this.#storage.limitBytes(Infinity);
    this.#log.writeStaged();
    this.#written = [...this.#written, ...this.#staged];
  }

  #stage(isLeader: boolean): void {
    const id = PRODUCERS[this.#random.integer(PRODUCERS.length)] ?? 1;
    const known = stateOf([...this.#written, ...this.#staged], id);
    const options = { ...LEADS, leaderEpoch: this.#epoch as LeaderEpoch, transactionVerified: true };
    if (id === TRANSACTIONAL && known.open >= 0 && this.#random.integer(2) === 0) {
      const outcome = this.#random.integer(2) === 0 ? ("abort" as const) : ("commit" as const);
      const marker = { producerId: id as ProducerId, producerEpoch: known.epoch as ProducerEpoch, coordinatorEpoch: this.#epoch, outcome };
      const { baseOffset } = this.#log.stageMarker(marker, options);
      this.#staged.push({ base: baseOffset, id, epoch: known.epoch, sequence: -1, count: 0 });
      return;
    }
    // A producer whose batches were all deleted may be forgotten but for a marker: it goes on as a client does that is refused (KIP-360).
    const isDeleted = known.lastOffset >= 0 && known.lastOffset < this.#log.logStartOffset;
    const isNewEpoch = isDeleted || (known.open < 0 && this.#random.integer(8) === 0);
    const epoch = isNewEpoch ? known.epoch + 1 : known.epoch;
    const sequence = isNewEpoch ? 0 : known.next;
    const values = Array.from({ length: 1 + this.#random.integer(4) }, () => "x".repeat(this.#random.integer(60)));
    const batch = batchOf({ values, producer: { id, epoch, sequence, transactional: id === TRANSACTIONAL } });
    const base = this.#log.stagedEndOffset;
    if (isLeader) {
      const { kind, baseOffset } = this.#log.stage(batch, options);
      if (kind !== "appended" || baseOffset !== base) throw new Error(`a new batch was taken for a ${kind} at ${baseOffset}, not ${base}`);
    } else {
      stampBatch(batch, { baseOffset: base, leaderEpoch: this.#epoch as LeaderEpoch, position: 0 });
      this.#log.stageReplicated(new RecordBatchView(batch, 0), NOW);
    }
    this.#staged.push({ base, id, epoch, sequence, count: values.length });
  }

  async #sync(): Promise<void> {
    try {
      await this.#log.sync();
      if (this.#random.integer(2) === 0) this.#log.advanceHighWatermark([this.#log.replicaEndOffset]);
    } catch (error) {
      passDiskFull(error);
      this.reached.failedSyncs++;
    }
  }

  async #truncate(): Promise<void> {
    const { highWatermark, logEndOffset } = this.#log;
    const offset = (highWatermark + this.#random.integer(logEndOffset - highWatermark + 1)) as Offset;
    try {
      this.#log = await truncatePartitionLog(this.#log, offset, portsOn(this.#storage.mount()));
      this.reached.cuts++;
      this.#written = this.#written.filter((batch) => endOf(batch) <= offset);
      await this.#lead();
    } catch (error) {
      passDiskFull(error);
      this.reached.brokenCuts++;
      await this.#reopen();
    }
  }

  async #retain(): Promise<void> {
    try {
      const middle = Math.floor((this.#log.logStartOffset + this.#log.highWatermark) / 2) as Offset;
      await this.#log.deleteRecordsBefore(middle);
      await this.#log.applyRetention({ now: 1 as TimestampMs });
    } catch (error) {
      passDiskFull(error);
    }
  }

  /** The process ends in one of its ways, or the log alone is opened again, once there is room. */
  async #reopen(): Promise<void> {
    const way = this.#random.integer(4);
    if (way === 0) this.#storage.crash();
    else if (way === 1) this.#storage.powerLoss();
    else if (way === 2) await this.#log.close().catch(() => this.#log.release());
    else await this.#log.release();
    this.#storage.limitBytes(Infinity);
    const synced = this.#log.syncedEndOffset;
    this.#log = await reopen(this.#storage.mount(), SETTINGS);
    this.reached.reopened++;
    // What was not synced, and what a cut that broke off has removed, may be gone.
    this.#written = this.#written.filter((batch) => endOf(batch) <= this.#log.logEndOffset);
    if (this.#log.logEndOffset < Math.min(synced, this.#log.highWatermark)) throw new Error("synced batches are gone");
    await this.#lead();
  }

  async #lead(): Promise<void> {
    this.#storage.limitBytes(Infinity);
    await this.#log.startLeaderEpoch(++this.#epoch as LeaderEpoch);
  }

  #check(): void {
    const { logStartOffset, logEndOffset } = this.#log;
    const end = this.#written.map(endOf).at(-1) ?? 0;
    if (end !== logEndOffset) throw new Error(`the log ends at ${logEndOffset}, the last batch at ${end}`);
    for (const id of PRODUCERS) {
      const { epoch, next, open, lastOffset } = stateOf(this.#written, id);
      if (lastOffset < logStartOffset) continue; // its last batch was deleted: it may be forgotten
      const found = this.#log.producers().find(({ producerId }) => producerId === id);
      const openFound = found?.currentTxnStartOffset ?? -1;
      // An open transaction may seem to begin later, where its beginning was deleted.
      const isOpenRight = openFound === open || (open >= 0 && open < logStartOffset && openFound > open);
      const sequences = `${found?.producerEpoch} ${(found?.lastSequence ?? -1) + 1}`;
      if (sequences !== `${epoch} ${next}` || !isOpenRight)
        throw new Error(`producer ${id} is ${sequences} open ${openFound}, by the log ${epoch} ${next} open ${open}`);
    }
  }
}

function passDiskFull(error: unknown): void {
  if ((error as { code?: string }).code !== "disk-full") throw error;
}

describe("the producer state of a log on a disk that is full at times", () => {
  it("is that of the batches in the log, whatever was refused, cut and reopened", async () => {
    const failures: string[] = [];
    const sums = { refusedWrites: 0, failedSyncs: 0, brokenCuts: 0, cuts: 0, reopened: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const life = new Life(seed);
      try {
        await life.run();
      } catch (error) {
        failures.push(`SEED=${seed} SEEDS=1: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += life.reached[name];
    }
    expect(failures.slice(0, 3)).toEqual([]);
    if (SEEDS >= 100) for (const count of Object.values(sums)) expect(count).toBeGreaterThan(SEEDS / 10);
  });
});
