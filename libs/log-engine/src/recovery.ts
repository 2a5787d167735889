import type { Offset, TimestampMs } from "@millrace/model";
import { applyBatch } from "./apply-batch.ts";
import { hasBatchBehind, scanBatches, type ScanEnd } from "./batch-scan.ts";
import { type CompactionMarks, continues } from "./compaction/compaction-marks.ts";
import type { CheckpointValues } from "./checkpoint-file.ts";
import { logCorrupt } from "./errors.ts";
import type { LeaderEpochs } from "./leader-epochs.ts";
import type { SnapshotValues } from "./log-sync.ts";
import type { LogPorts, RecoveryReport } from "./partition-log.ts";
import { ProducerState } from "./producer-state.ts";
import { decodeSealed } from "./sealed-file.ts";
import { Segment, type SegmentParts } from "./segment.ts";
import { SegmentList } from "./segment-list.ts";
import { writeIndexes } from "./write-indexes.ts";

interface RecoveryInput {
  readonly folder: string;
  readonly ports: LogPorts;
  readonly indexIntervalBytes: number;
  readonly checkpoint: CheckpointValues;
  readonly epochs: LeaderEpochs;
  readonly marks: CompactionMarks;
  /** Segments by file, ascending; `endOffset` is the next one's start, the last one's is not known. */
  readonly found: readonly { readonly baseOffset: Offset; readonly sizeBytes: number }[];
  /** Offsets of snapshot files, ascending. */
  readonly snapshots: readonly Offset[];
}

/** What is known of a log after its files were looked at. */
export interface Recovered {
  readonly segments: SegmentList;
  readonly producers: ProducerState;
  readonly snapshots: readonly Offset[];
  readonly recoveryPoint: Offset;
  readonly report: RecoveryReport;
}

/** Opens the segments of a folder: trusts those below the recovery point, verifies the others, cuts a torn tail, reports anything else (R16). */
export async function recoverSegments(input: RecoveryInput): Promise<Recovered> {
  const recovery = new Recovery(input);
  return recovery.run();
}

class Recovery {
  readonly #input: RecoveryInput;
  readonly #segments: SegmentList;
  #producers = new ProducerState();
  /** Batches below are in the producer snapshot. */
  #producersFrom: Offset;
  #snapshots: readonly Offset[];
  #verifiedBytes = 0;
  #cutBytes = 0;

  constructor(input: RecoveryInput) {
    this.#input = input;
    this.#snapshots = input.snapshots;
    this.#producersFrom = input.found[0]?.baseOffset ?? input.checkpoint.logStartOffset;
    const { storage, crc32c } = input.ports;
    this.#segments = new SegmentList({
      storage,
      crc32c,
      folder: input.folder,
      indexIntervalBytes: input.indexIntervalBytes,
      marks: input.marks,
    });
  }

  async run(): Promise<Recovered> {
    const { found, checkpoint } = this.#input;
    const last = found.at(-1);
    const isClean = last !== undefined && checkpoint.endPosition === last.sizeBytes && checkpoint.recoveryPoint >= last.baseOffset;
    this.#loadSnapshot(isClean ? checkpoint.recoveryPoint : undefined);
    for (const [index, file] of found.entries()) {
      const endOffset = found[index + 1]?.baseOffset ?? (isClean ? checkpoint.recoveryPoint : undefined);
      const segment = new Segment({ ...file, startedMs: this.#startedMs(file.baseOffset), endOffset: endOffset ?? file.baseOffset });
      const isTrusted = endOffset !== undefined && endOffset <= checkpoint.recoveryPoint;
      this.#segments.push(segment);
      if (isTrusted) this.#trust(segment, file === last);
      else if (!(await this.#verify(segment, endOffset))) {
        await this.#removeFrom(found.slice(index + 1));
        break;
      }
    }
    const wasClosedCleanly = isClean && this.#verifiedBytes === 0;
    const wasSyncedLate = checkpoint.isSyncedLate === true;
    const seen = { wasClosedCleanly, wasSyncedLate, verifiedBytes: this.#verifiedBytes, cutBytes: this.#cutBytes };
    const report = { ...seen, isSuspect: this.#cutBytes > 0 };
    this.#dropSnapshotsAbove(this.#segments.active.endOffset);
    const recoveryPoint = wasClosedCleanly ? checkpoint.recoveryPoint : await this.#settle();
    return { segments: this.#segments, producers: this.#producers, snapshots: this.#snapshots, recoveryPoint, report };
  }

  /** Takes a segment as it is; the last one stays open. */
  #trust(segment: Segment, isLast: boolean): void {
    if (isLast) this.#segments.open(segment);
    if (segment.endOffset > this.#producersFrom) this.#replay(segment);
  }

  /** Producer state from the batches of a trusted segment: only when no newer snapshot is whole. */
  #replay(segment: Segment): void {
    const { file } = this.#segments.partsOf(segment);
    scanBatches(file, {
      visit: (batch) => {
        if (batch.baseOffset >= this.#producersFrom) applyBatch(batch, this.#producers, undefined);
        return undefined;
      },
    });
  }

  /** Checks every batch and rebuilds the indexes; false if the segment was cut, so that nothing may follow. */
  async #verify(segment: Segment, expectedEndOffset: Offset | undefined): Promise<boolean> {
    const { ports, epochs } = this.#input;
    const fileSize = segment.sizeBytes;
    const counted = new Segment({ baseOffset: segment.baseOffset, startedMs: segment.startedMs });
    const parts = Segment.emptyParts(ports.storage.open(this.#segments.path(segment.baseOffset, "log")), segment.baseOffset);
    let end = scanBatches(parts.file, {
      crc32c: ports.crc32c,
      visit: (batch) => {
        const { baseOffset, partitionLeaderEpoch } = batch;
        if (!continues(baseOffset, counted.endOffset, this.#input.marks)) return new Error(`base offset is ${baseOffset}`);
        const epoch = epochs.epochOf(baseOffset);
        if (partitionLeaderEpoch !== epoch) return new Error(`leader epoch is ${partitionLeaderEpoch}, the epoch file says ${epoch}`);
        counted.add(batch, parts, this.#input.indexIntervalBytes);
        if (baseOffset >= this.#producersFrom) applyBatch(batch, this.#producers, parts.transactions);
        return undefined;
      },
    });
    this.#verifiedBytes += end.position;
    const isShort = expectedEndOffset !== undefined && !continues(expectedEndOffset, counted.endOffset, this.#input.marks);
    if (end.cause === undefined && expectedEndOffset !== undefined && !isShort) counted.endOffset = expectedEndOffset;
    if (end.cause === undefined && isShort)
      end = { position: end.position, cause: new Error(`the next segment begins at ${expectedEndOffset}`) };
    // A file that was cut between two batches looks whole; only what is known to have been durable tells.
    if (end.cause === undefined && expectedEndOffset === undefined && counted.endOffset < this.#durableEnd)
      end = { position: end.position, cause: new Error(`the log was durable up to ${this.#durableEnd}`) };
    if (end.cause !== undefined)
      this.#assertTorn(parts, { end, expectedOffset: counted.endOffset, path: this.#segments.path(segment.baseOffset, "log") });
    if (end.position < fileSize) parts.file.truncate(end.position);
    this.#cutBytes += fileSize - end.position;
    // What the last process has written and not synced may be in the page cache only; what it has seen committed was on the disk.
    const isDurable = end.position === fileSize && counted.endOffset <= this.#input.checkpoint.highWatermark;
    if (!isDurable) await parts.file.sync();
    segment.goBackTo(counted.mark(parts), parts);
    segment.confirm();
    segment.completeIndexes(parts);
    segment.parts = parts;
    return end.cause === undefined;
  }

  get #durableEnd(): number {
    const { highWatermark, recoveryPoint } = this.#input.checkpoint;
    return Math.max(highWatermark, recoveryPoint);
  }

  /** Passes for a torn tail; throws `log-corrupt` when something that was durable is missing, or when the break is in the middle. */
  #assertTorn(parts: SegmentParts, found: { readonly end: ScanEnd; readonly expectedOffset: Offset; readonly path: string }): void {
    const { ports } = this.#input;
    const { end, expectedOffset, path } = found;
    const isInMiddle =
      expectedOffset < this.#durableEnd ||
      hasBatchBehind(parts.file, { position: end.position, minOffset: expectedOffset, crc32c: ports.crc32c });
    if (!isInMiddle) return;
    parts.file.close();
    throw logCorrupt({ file: path, position: end.position, offset: expectedOffset, cause: end.cause?.message }, end.cause);
  }

  /**
   * The newest snapshot that is whole. A segment that is scanned needs its aborted transactions found again, so that then only snapshots at or before
   * the first scanned segment count.
   */
  #loadSnapshot(cleanEnd: Offset | undefined): void {
    const { found, checkpoint, snapshots } = this.#input;
    const scannedFrom = found.findLast((file) => file.baseOffset <= checkpoint.recoveryPoint)?.baseOffset ?? this.#producersFrom;
    const limit = cleanEnd ?? scannedFrom;
    for (const offset of snapshots.toReversed()) {
      if (offset > limit || offset < this.#producersFrom) continue;
      const values = this.#readSnapshot(offset);
      if (values === undefined) continue;
      this.#producers = ProducerState.fromJson(values.producers);
      this.#producersFrom = offset;
      return;
    }
  }

  #readSnapshot(offset: Offset): SnapshotValues | undefined {
    const { storage, crc32c } = this.#input.ports;
    const bytes = storage.readFile(this.#segments.path(offset, "snapshot"));
    return bytes && (decodeSealed(bytes, crc32c) as SnapshotValues | undefined);
  }

  #startedMs(baseOffset: Offset): TimestampMs {
    if (!this.#input.snapshots.includes(baseOffset)) return 0 as TimestampMs;
    return this.#readSnapshot(baseOffset)?.startedMs ?? (0 as TimestampMs);
  }

  /** Segments behind a torn tail were never counted as synced. */
  async #removeFrom(files: RecoveryInput["found"]): Promise<void> {
    const { ports, folder } = this.#input;
    for (const file of files) {
      this.#cutBytes += file.sizeBytes;
      for (const kind of ["log", "index", "timeindex", "txnindex"] as const)
        ports.storage.remove(this.#segments.path(file.baseOffset, kind));
    }
    await ports.storage.syncFolder(folder);
  }

  /**
   * Finishes rolls that the last process did not: indexes of verified closed segments and, most of all, the names of new files, which may be in memory only.
   * Returns the recovery point that this allows.
   */
  async #settle(): Promise<Offset> {
    const { checkpoint, folder, ports } = this.#input;
    const { active, all } = this.#segments;
    for (const segment of all) {
      if (segment === active || segment.parts === undefined || segment.endOffset <= checkpoint.recoveryPoint) continue;
      await writeIndexes(this.#segments, segment, ports);
      this.#segments.release(segment);
    }
    if (active.baseOffset > checkpoint.recoveryPoint) await ports.storage.syncFolder(folder); // otherwise its name was durable before the checkpoint
    return Math.max(checkpoint.recoveryPoint, active.baseOffset) as Offset;
  }

  #dropSnapshotsAbove(endOffset: Offset): void {
    for (const offset of this.#snapshots) {
      if (offset > endOffset) this.#input.ports.storage.remove(this.#segments.path(offset, "snapshot"));
    }
    this.#snapshots = this.#snapshots.filter((offset) => offset <= endOffset);
  }
}
