import { assert } from "@millrace/stdx";
import { type Offset, type TimestampMs, toAppError } from "@millrace/model";
import type { LogSync } from "../log-sync.ts";
import type { CompactionNeed, CompactionOptions, CompactionResult, LogPorts, PartitionLog } from "../partition-log.ts";
import type { ProducerState } from "../producer-state.ts";
import type { Segment } from "../segment.ts";
import type { SegmentList } from "../segment-list.ts";
import type { LogTail } from "../tail-cache.ts";
import type { Turns } from "../turns.ts";
import { writeIndexesAt } from "../write-indexes.ts";
import { type CleanedSegment, Compactor } from "./compactor.ts";
import { planCompaction } from "./compaction-plan.ts";
import type { CompactionMarks } from "./compaction-marks.ts";
import { cleanedPath, endSwap, moveFiles, writeIntent } from "./swap-segments.ts";

interface LogCompactionParts {
  readonly log: PartitionLog;
  readonly segments: SegmentList;
  readonly producers: ProducerState;
  readonly ports: LogPorts;
  readonly sync: LogSync;
  readonly tail: LogTail;
  readonly marks: CompactionMarks;
  /** What changes which segments there are: retention, swaps, the end. One at a time. */
  readonly turns: Turns;
  /** Held by whoever writes a segment anew: compaction, or a repair. */
  readonly rewriting: { isBusy: boolean };
  /** Starts a new segment, so that what the active one has can be compacted. */
  readonly roll: (now: TimestampMs) => void;
}

/** Compaction of one log: when it is due, one pass at a time, and how compacted segments take their place. */
export class LogCompaction {
  readonly #parts: LogCompactionParts;

  constructor(parts: LogCompactionParts) {
    this.#parts = parts;
  }

  need(options: Pick<CompactionOptions, "now" | "keepFrom">): CompactionNeed | undefined {
    const plan = this.#plan(options);
    if (!this.#isActiveOverdue(options)) return plan;
    const { cleanBytes = 0, dirtyBytes = 0 } = plan ?? {};
    return { cleanBytes, dirtyBytes: dirtyBytes + this.#parts.segments.active.sizeBytes, dirtyRatio: plan?.dirtyRatio ?? 1, isDue: true };
  }

  async run(options: CompactionOptions): Promise<CompactionResult | undefined> {
    const { log, marks, sync, rewriting } = this.#parts;
    if (rewriting.isBusy || log.failure !== undefined) return undefined;
    rewriting.isBusy = true;
    try {
      if (this.#isActiveOverdue(options)) this.#parts.roll(options.now);
      await log.sync(); // finishes rolls
      const plan = this.#plan(options);
      if (plan === undefined) return undefined;
      const compactor = new Compactor({ ...this.#parts, swap: (cleaned) => this.#swap(cleaned) }, options);
      const result = await compactor.run(plan);
      marks.cleanEndOffset = Math.max(marks.cleanEndOffset, result.cleanEndOffset) as Offset;
      await sync.checkpoint();
      return result;
    } finally {
      rewriting.isBusy = false;
    }
  }

  #plan({ now, keepFrom }: Pick<CompactionOptions, "now" | "keepFrom">) {
    const { log, segments, sync } = this.#parts;
    if (log.settings.cleanupPolicy === "delete") return undefined;
    return planCompaction({ log, segments, recoveryPoint: sync.recoveryPoint, now, keepFrom });
  }

  /** The active segment is never compacted: one that keeps max.compaction.lag.ms from being kept gives way, though nothing is appended. */
  #isActiveOverdue({ now }: Pick<CompactionOptions, "now">): boolean {
    const { log, segments } = this.#parts;
    const { cleanupPolicy, maxCompactionLagMs } = log.settings;
    const { active } = segments;
    if (cleanupPolicy === "delete" || maxCompactionLagMs === Number.MAX_SAFE_INTEGER) return false;
    if (active.sizeBytes === 0 || log.stagedBytes > 0) return false;
    if (active.startedMs === 0) active.startedMs = now; // a crash has forgotten it
    return now - active.startedMs >= maxCompactionLagMs;
  }

  /** The compacted segment takes the place of its sources, in the order that recovery relies on (docs/formats/segment.md). */
  async #swap(cleaned: CleanedSegment): Promise<boolean> {
    const { log, segments, ports, sync, marks } = this.#parts;
    const { segment, parts, sources } = cleaned;
    try {
      await parts.file.sync();
    } catch (error) {
      throw sync.fail(toAppError(error));
    }
    segment.completeIndexes(parts);
    await writeIndexesAt((kind) => cleanedPath(log.folder, segment.baseOffset, kind), parts, ports);
    await ports.storage.syncFolder(log.folder);
    return this.#parts.turns.run(async () => {
      if (log.failure !== undefined) throw log.failure;
      if (!segments.isRun(sources)) return false;
      marks.gapsEndOffset = Math.max(marks.gapsEndOffset, segment.endOffset) as Offset;
      await sync.checkpoint(); // before the gaps are there
      const { baseOffset, sizeBytes } = segment;
      const intent = { baseOffset, sizeBytes, replaces: sources.map((source) => source.baseOffset) };
      await writeIntent(log.folder, intent, ports);
      try {
        moveFiles(log.folder, intent, ports);
        this.#replace(cleaned);
        await endSwap(log.folder, ports);
      } catch (error) {
        throw sync.fail(toAppError(error));
      }
      return true;
    });
  }

  /** In the same breath as the files: a reader sees all of the old or all of the new. */
  #replace({ segment, parts, sources }: CleanedSegment): void {
    segment.parts = parts;
    for (const source of sources) this.#parts.tail.dropSegment(source.baseOffset);
    this.#parts.segments.replace(sources, segment);
    assertSame(segment, sources);
  }
}

function assertSame(segment: Segment, sources: readonly Segment[]): void {
  assert(segment.baseOffset === sources[0]?.baseOffset && segment.endOffset === sources.at(-1)?.endOffset, "a swap keeps the range");
}
