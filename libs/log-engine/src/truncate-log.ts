import type { Offset } from "@millrace/model";
import { scanBatches } from "./batch-scan.ts";
import type { CheckpointValues } from "./checkpoint-file.ts";
import { CHECKPOINT_FILE, LEADER_EPOCHS_FILE, parseSegmentFileName, segmentFileName } from "./file-names.ts";
import { LeaderEpochs } from "./leader-epochs.ts";
import { createPartitionLog, deletePartitionLog, openPartitionLog } from "./open-log.ts";
import type { LogPorts, PartitionLog } from "./partition-log.ts";
import { readSealedFile, writeSealedFile } from "./sealed-file.ts";

/**
 * Cuts a follower's log at an offset, where its leader's log goes another way (R1), and opens it again: indexes and producer state are those of what is left. The
 * old log is of no use afterwards, also after a failure. A crash in between leaves a log that opens and ends at or behind the offset. Rare: once for each leader
 * that died with unacknowledged records.
 */
export async function truncatePartitionLog(log: PartitionLog, offset: Offset, ports: LogPorts): Promise<PartitionLog> {
  const { folder, settings, highWatermark } = log;
  log.writeStaged();
  await log.sync();
  await log.release();
  const checkpoint = readSealedFile(ports, `${folder}/${CHECKPOINT_FILE}`) as CheckpointValues;
  const bases = ports.storage.list(folder).flatMap(({ name }) => {
    const parsed = parseSegmentFileName(name);
    return parsed?.kind === "log" ? [parsed.baseOffset] : [];
  });
  const kept = bases.findLast((base) => base < offset) ?? bases[0] ?? checkpoint.logStartOffset;
  // First what recovery relies on: it must not miss what is about to go.
  const least = (value: Offset, bound: Offset): Offset => Math.min(value, bound) as Offset;
  await writeSealedFile(ports, `${folder}/${CHECKPOINT_FILE}`, {
    ...checkpoint,
    recoveryPoint: least(checkpoint.recoveryPoint, kept),
    highWatermark: least(highWatermark, offset),
    cleanEndOffset: least(checkpoint.cleanEndOffset ?? (0 as Offset), kept),
    endPosition: undefined,
  });
  for (const base of bases.filter((candidate) => candidate > kept).reverse()) removeSegment(folder, base, ports);
  for (const kind of ["index", "timeindex", "txnindex"] as const) ports.storage.remove(`${folder}/${segmentFileName(kept, kind)}`);
  removeSnapshotsAbove(folder, offset, ports);
  await cutFile(`${folder}/${segmentFileName(kept, "log")}`, offset, ports);
  await ports.storage.syncFolder(folder);
  const epochs = LeaderEpochs.fromJson(readSealedFile(ports, `${folder}/${LEADER_EPOCHS_FILE}`));
  epochs.cutFrom(offset);
  await writeSealedFile(ports, `${folder}/${LEADER_EPOCHS_FILE}`, epochs.toJson());
  return openPartitionLog(folder, settings, ports);
}

/** Begins a follower's log anew at the offset where its leader's log starts: nothing of it is left there. */
export async function restartPartitionLog(log: PartitionLog, startOffset: Offset, ports: LogPorts): Promise<PartitionLog> {
  const { folder, identity, settings } = log;
  await log.release();
  await deletePartitionLog(folder, ports.storage);
  return createPartitionLog(identity, settings, ports, { startOffset });
}

async function cutFile(path: string, offset: Offset, ports: LogPorts): Promise<void> {
  const file = ports.storage.open(path);
  try {
    const isBehind = new Error("behind the cut");
    const { position } = scanBatches(file, { visit: (batch) => (batch.nextOffset > offset ? isBehind : undefined) });
    if (position < file.sizeBytes) file.truncate(position);
    await file.sync();
  } finally {
    file.close();
  }
}

function removeSegment(folder: string, base: Offset, { storage }: LogPorts): void {
  for (const kind of ["log", "index", "timeindex", "txnindex"] as const) storage.remove(`${folder}/${segmentFileName(base, kind)}`);
}

function removeSnapshotsAbove(folder: string, offset: Offset, { storage }: LogPorts): void {
  for (const { name } of storage.list(folder)) {
    const parsed = parseSegmentFileName(name);
    if (parsed?.kind === "snapshot" && parsed.baseOffset > offset) storage.remove(`${folder}/${name}`);
  }
}
