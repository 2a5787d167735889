import { toAppError, type AppError, type Offset, type TimestampMs } from "@millrace/model";
import type { CheckpointFile, CheckpointValues } from "./checkpoint-file.ts";
import { logFailed } from "./errors.ts";
import { SNAPSHOTS_KEPT } from "./limits.ts";
import type { LogPorts } from "./partition-log.ts";
import type { ProducerState } from "./producer-state.ts";
import { encodeSealed } from "./sealed-file.ts";
import type { Segment } from "./segment.ts";
import type { SegmentList } from "./segment-list.ts";
import { writeIndexes } from "./write-indexes.ts";

/** What is written as a segment's `.snapshot`. */
export interface SnapshotValues {
  readonly baseOffset: Offset;
  readonly startedMs: TimestampMs;
  readonly producers: unknown;
}

/** A closed segment whose end is not durable yet. */
interface PendingRoll {
  readonly closed: Segment;
  readonly next: SnapshotValues;
}

type LogBounds = Pick<CheckpointValues, "highWatermark" | "logStartOffset" | "cleanEndOffset" | "gapsEndOffset" | "isSyncedLate">;

interface LogSyncInit {
  readonly folder: string;
  readonly ports: LogPorts;
  readonly segments: SegmentList;
  readonly producers: ProducerState;
  readonly checkpoint: CheckpointFile;
  readonly recoveryPoint: Offset;
  readonly snapshots: readonly Offset[];
}

/**
 * Makes what a log has written durable, in the order that recovery relies on (docs/formats/segment.md): one sync at a time, calls that wait share the next
 * one. A failed sync of a `.log` is final (R15); a full disk while a roll is finished is not, it is tried again with the next sync.
 */
export class LogSync {
  readonly #init: LogSyncInit;
  readonly #bounds: () => LogBounds;
  #rolls: PendingRoll[] = [];
  #snapshots: readonly Offset[];
  #recoveryPoint: Offset;
  #syncedEndOffset: Offset;
  #failure: AppError | undefined;
  #running: Promise<void> | undefined;
  #runningTarget = -1;
  #waiting: Promise<void> | undefined;

  constructor(init: LogSyncInit, bounds: () => LogBounds) {
    this.#init = init;
    this.#bounds = bounds;
    this.#snapshots = init.snapshots;
    this.#recoveryPoint = init.recoveryPoint;
    this.#syncedEndOffset = init.segments.active.endOffset;
  }

  get syncedEndOffset(): Offset {
    return this.#syncedEndOffset;
  }

  /** Segments that end at or below have all that recovery needs on disk. */
  get recoveryPoint(): Offset {
    return this.#recoveryPoint;
  }

  get failure(): AppError | undefined {
    return this.#failure;
  }

  /** Ends writing; returns the error that ended it, which is the first one. */
  fail(error: AppError): AppError {
    this.#failure ??= error;
    return this.#failure;
  }

  /** A new segment was started; the next sync finishes the old one. */
  rolled(closed: Segment, next: SnapshotValues): void {
    this.#rolls.push({ closed, next });
  }

  sync(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failed());
    const target = this.#init.segments.active.writtenEndOffset;
    if (this.#running !== undefined) {
      if (this.#runningTarget >= target && this.#rolls.length === 0) return this.#running;
      this.#waiting ??= this.#running.then(
        () => this.#start(),
        () => this.#start(),
      );
      return this.#waiting;
    }
    if (this.#syncedEndOffset >= target && this.#rolls.length === 0) return Promise.resolve();
    return this.#start();
  }

  checkpoint(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failed());
    return this.#init.checkpoint.save(() => this.#values());
  }

  /** Resolves when nothing is being written any more; only after `fail`, so that nothing begins meanwhile. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => undefined);
    await this.#init.checkpoint.idle();
  }

  /** Writes the active segment's indexes, the producer state and where the log ends: the next opening verifies nothing. All is synced already. */
  async closeCleanly(): Promise<void> {
    const { segments, producers, checkpoint, ports } = this.#init;
    const { active } = segments;
    await writeIndexes(segments, active, ports);
    const baseOffset = active.endOffset;
    await this.#writeSnapshot({ baseOffset, startedMs: active.startedMs, producers: producers.toJson() });
    this.#recoveryPoint = baseOffset;
    await checkpoint.save(() => ({ ...this.#values(), endPosition: active.sizeBytes }));
    this.#removeOldSnapshots();
  }

  #failed(): AppError {
    return logFailed({ folder: this.#init.folder, cause: this.#failure?.code }, this.#failure);
  }

  #values(): CheckpointValues {
    const bounds = this.#bounds();
    const durable = Math.min(bounds.highWatermark, this.#syncedEndOffset) as Offset;
    return { ...bounds, recoveryPoint: this.#recoveryPoint, highWatermark: durable };
  }

  #start(): Promise<void> {
    this.#waiting = undefined;
    if (this.#failure !== undefined) return Promise.reject(this.#failed());
    this.#runningTarget = this.#init.segments.active.writtenEndOffset;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { segments } = this.#init;
    const target = segments.active.writtenEndOffset;
    const rolls = [...this.#rolls];
    const active = segments.activeParts.file;
    try {
      await Promise.all([...rolls.map((roll) => segments.partsOf(roll.closed).file.sync()), active.sync()]);
    } catch (error) {
      throw this.fail(toAppError(error));
    }
    if (rolls.length > 0) await this.#finish(rolls);
    this.#syncedEndOffset = target;
  }

  /** Indexes and snapshots of rolled segments, the new names, and the recovery point behind them; only then the new segment counts as synced. */
  async #finish(rolls: readonly PendingRoll[]): Promise<void> {
    const { segments, ports, folder, checkpoint } = this.#init;
    try {
      for (const roll of rolls) {
        await writeIndexes(segments, roll.closed, ports);
        await this.#writeSnapshot(roll.next);
      }
      await ports.storage.syncFolder(folder);
      const recoveryPoint = rolls.at(-1)?.next.baseOffset ?? this.#recoveryPoint;
      await checkpoint.save(() => ({ ...this.#values(), recoveryPoint }));
      this.#recoveryPoint = recoveryPoint;
      this.#removeOldSnapshots();
    } catch (error) {
      const known = toAppError(error);
      throw known.kind === "exhausted" ? known : this.fail(known);
    }
    this.#rolls.splice(0, rolls.length);
    for (const roll of rolls) segments.release(roll.closed);
  }

  async #writeSnapshot(values: SnapshotValues): Promise<void> {
    const { segments, ports } = this.#init;
    await ports.storage.writeFileAtomically(segments.path(values.baseOffset, "snapshot"), encodeSealed(values, ports.crc32c));
    this.#snapshots = [...new Set([...this.#snapshots, values.baseOffset])].sort((a, b) => a - b);
  }

  /** Only once the recovery point is durable: until then recovery begins with the snapshot of the old one. */
  #removeOldSnapshots(): void {
    const { segments, ports } = this.#init;
    for (const old of this.#snapshots.slice(0, -SNAPSHOTS_KEPT)) ports.storage.remove(segments.path(old, "snapshot"));
    this.#snapshots = this.#snapshots.slice(-SNAPSHOTS_KEPT);
  }
}
