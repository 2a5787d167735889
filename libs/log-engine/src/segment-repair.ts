import { type Offset, toAppError } from "@millrace/model";
import { createBatchCursor, type RecordBatchView, verifyBatch } from "@millrace/records";
import { type CompactionMarks, continues } from "./compaction/compaction-marks.ts";
import { type Pause, scanSlowly } from "./compaction/scan-slowly.ts";
import { cleanedPath, endSwap, moveFiles, removeCleaned, writeIntent } from "./compaction/swap-segments.ts";
import { EntryTable } from "./entry-table.ts";
import { logCorrupt } from "./errors.ts";
import { INDEX_ENTRY_BYTES } from "./file-names.ts";
import type { LeaderEpochs } from "./leader-epochs.ts";
import type { LogSync } from "./log-sync.ts";
import type { ClosedSegment, LogPorts, PartitionLog } from "./partition-log.ts";
import { Segment, type SegmentParts } from "./segment.ts";
import type { SegmentList } from "./segment-list.ts";
import type { LogTail } from "./tail-cache.ts";
import type { Turns } from "./turns.ts";
import { writeIndexes } from "./write-indexes.ts";

interface RepairParts {
  readonly log: PartitionLog;
  readonly segments: SegmentList;
  readonly epochs: LeaderEpochs;
  readonly ports: LogPorts;
  readonly sync: LogSync;
  readonly tail: LogTail;
  readonly marks: CompactionMarks;
  readonly turns: Turns;
  /** Held by whoever writes a segment anew: compaction, or a repair. */
  readonly rewriting: { isBusy: boolean };
}

/** Looks after closed segments that nobody reads: every byte is checked from time to time, and a damaged segment is written anew from another replica's batches (reliability R17). */
export class SegmentRepair {
  readonly #parts: RepairParts;

  constructor(parts: RepairParts) {
    this.#parts = parts;
  }

  /** Those that have all on disk and never change again but by compaction. */
  closed(): readonly ClosedSegment[] {
    const { segments, sync } = this.#parts;
    return segments.all
      .filter((segment) => segment !== segments.active && segment.endOffset <= sync.recoveryPoint)
      .map(({ baseOffset, endOffset, sizeBytes }) => ({ baseOffset, endOffset, sizeBytes }));
  }

  /** Checks every batch, and what finds them; false if an index had to be written anew. */
  async verify(baseOffset: Offset, pause: Pause): Promise<boolean> {
    const segment = this.#find(baseOffset);
    if (segment === undefined) return true;
    try {
      await this.#scan(segment, pause);
    } catch (error) {
      if (this.#find(baseOffset) !== segment) return true; // retention or compaction took it meanwhile
      throw error;
    }
    if (this.#hasIndexes(segment)) return true;
    await this.#parts.turns.run(async () => {
      if (this.#find(baseOffset) === segment && this.#parts.log.failure === undefined)
        await writeIndexes(this.#parts.segments, segment, this.#parts.ports);
    });
    return false;
  }

  /** Writes the segment anew; false if it is gone, or compaction is at work. What does not fit in its place is refused and changes nothing. */
  async replace(baseOffset: Offset, batches: AsyncIterable<Uint8Array>): Promise<boolean> {
    const { log, ports, rewriting } = this.#parts;
    const segment = this.#find(baseOffset);
    if (segment === undefined || rewriting.isBusy) return false;
    rewriting.isBusy = true;
    const copy = new Segment({ baseOffset, startedMs: segment.startedMs });
    removeCleaned(log.folder, baseOffset, ports);
    const parts = Segment.emptyParts(ports.storage.open(cleanedPath(log.folder, baseOffset, "log"), { create: true }), baseOffset);
    try {
      if (log.settings.cleanupPolicy !== "delete") await this.#allowGaps(segment);
      await this.#fill(segment, { copy, parts, batches });
      await this.#write(copy, parts);
      return await this.#parts.turns.run(() => this.#swap(segment, copy));
    } finally {
      parts.file.close();
      removeCleaned(log.folder, baseOffset, ports);
      rewriting.isBusy = false;
    }
  }

  #find(baseOffset: Offset): Segment | undefined {
    const { segments } = this.#parts;
    return segments.all.find((segment) => segment.baseOffset === baseOffset && segment !== segments.active);
  }

  async #scan(segment: Segment, pause: Pause): Promise<void> {
    const { segments, ports, marks } = this.#parts;
    const path = segments.path(segment.baseOffset, "log");
    const file = ports.storage.open(path);
    let endOffset = segment.baseOffset;
    const visit = (batch: RecordBatchView): void => {
      const problem = this.#problemOf(batch, endOffset);
      if (problem !== undefined) throw logCorrupt({ file: path, offset: endOffset, cause: problem });
      endOffset = batch.nextOffset;
    };
    try {
      const { sizeBytes } = file;
      await scanSlowly({ file, path, crc32c: ports.crc32c, pause, visit });
      if (sizeBytes !== segment.sizeBytes || !continues(segment.endOffset, endOffset, marks))
        throw logCorrupt({ file: path, offset: endOffset, cause: `it should end at ${segment.endOffset}` });
    } finally {
      file.close();
    }
  }

  /** What the checksum does not cover. */
  #problemOf({ baseOffset, partitionLeaderEpoch }: RecordBatchView, endOffset: Offset): string | undefined {
    const { epochs, marks } = this.#parts;
    if (!continues(baseOffset, endOffset, marks)) return `base offset is ${baseOffset}`;
    const epoch = epochs.epochOf(baseOffset);
    return partitionLeaderEpoch === epoch ? undefined : `leader epoch is ${partitionLeaderEpoch}, the epoch file says ${epoch}`;
  }

  #hasIndexes({ baseOffset }: Segment): boolean {
    const { segments, ports } = this.#parts;
    return (["index", "timeindex", "txnindex"] as const).every((kind) => {
      const bytes = ports.storage.readFile(segments.path(baseOffset, kind));
      return bytes !== undefined && EntryTable.decode(bytes, INDEX_ENTRY_BYTES[kind], ports.crc32c) !== undefined;
    });
  }

  /** The other replica's log may have been compacted further. */
  async #allowGaps({ endOffset }: Segment): Promise<void> {
    const { marks, sync } = this.#parts;
    if (marks.gapsEndOffset >= endOffset) return;
    marks.gapsEndOffset = endOffset;
    await sync.checkpoint();
  }

  async #fill(
    segment: Segment,
    { copy, parts, batches }: { readonly copy: Segment; readonly parts: SegmentParts; readonly batches: AsyncIterable<Uint8Array> },
  ): Promise<void> {
    const { log, ports, marks } = this.#parts;
    const refused = (cause: string): Error =>
      logCorrupt({ folder: log.folder, offset: copy.endOffset, cause: `of the other replica: ${cause}` });
    for await (const bytes of batches) {
      const cursor = createBatchCursor(bytes);
      let end = 0;
      while (cursor.advance() && cursor.view.baseOffset < segment.endOffset) {
        verifyBatch(cursor.view.bytes, { crc32c: ports.crc32c, position: cursor.view.position });
        const problem = this.#problemOf(cursor.view, copy.endOffset);
        if (problem !== undefined) throw refused(problem);
        copy.add(cursor.view, parts, log.settings.indexIntervalBytes);
        end = cursor.view.position + cursor.view.sizeInBytes;
      }
      parts.file.append([bytes.subarray(0, end)]);
    }
    if (!continues(segment.endOffset, copy.endOffset, marks)) throw refused(`it ends before ${segment.endOffset}`);
    copy.completeIndexes(parts);
  }

  /** Durable under names that do not count yet. Aborted transactions are those that there were; a damaged list is built again when it is needed. */
  async #write({ baseOffset }: Segment, { file, offsets, times }: SegmentParts): Promise<void> {
    const { log, ports, sync } = this.#parts;
    const { storage, crc32c } = ports;
    try {
      await file.sync();
    } catch (error) {
      throw sync.fail(toAppError(error));
    }
    await storage.writeFileAtomically(cleanedPath(log.folder, baseOffset, "index"), offsets.encode(crc32c));
    await storage.writeFileAtomically(cleanedPath(log.folder, baseOffset, "timeindex"), times.encode(crc32c));
    await storage.syncFolder(log.folder);
  }

  async #swap(segment: Segment, copy: Segment): Promise<boolean> {
    const { log, segments, ports, sync, tail } = this.#parts;
    const { baseOffset } = segment;
    if (log.failure !== undefined) throw log.failure;
    if (!segments.isRun([segment])) return false;
    const intent = { baseOffset, sizeBytes: copy.sizeBytes, replaces: [baseOffset] };
    await writeIntent(log.folder, intent, ports);
    try {
      moveFiles(log.folder, intent, ports);
      segments.rewritten(segment, copy.sizeBytes);
      tail.dropSegment(baseOffset);
      await endSwap(log.folder, ports);
    } catch (error) {
      throw sync.fail(toAppError(error));
    }
    return true;
  }
}
