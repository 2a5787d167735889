import type { LeaderEpoch, Offset } from "@millrace/model";
import type { Storage } from "@millrace/ports";
import { recoverSwap } from "./compaction/swap-segments.ts";
import { CheckpointFile } from "./checkpoint-file.ts";
import { logCorrupt, logExists, logMissing, logNewerFormat } from "./errors.ts";
import {
  CHECKPOINT_FILE,
  DELETED_SUFFIX,
  LEADER_EPOCHS_FILE,
  parseSegmentFileName,
  PARTITION_FILE,
  segmentFileName,
} from "./file-names.ts";
import { LeaderEpochs } from "./leader-epochs.ts";
import { TAIL_CACHE_BYTES_DEFAULT } from "./limits.ts";
import type { LogPorts, LogSettings, PartitionIdentity, PartitionLog } from "./partition-log.ts";
import { recoverSegments } from "./recovery.ts";
import { createSealedFile, readSealedFile, writeSealedFile } from "./sealed-file.ts";
import { SegmentedLog } from "./segmented-log.ts";
import { SharedTailCache } from "./tail-cache.ts";

const FORMAT_VERSION = 1;
const ZERO = 0 as Offset;

interface PartitionFile extends PartitionIdentity {
  readonly formatVersion: number;
}

/** Folder of a partition's log: by topic id, so that a topic made again under an old name never meets old data. */
export function partitionFolder(identity: Pick<PartitionIdentity, "topicId" | "partition">): string {
  return `${identity.topicId}-${identity.partition}`;
}

/**
 * Makes an empty log and opens it; durable when the promise resolves. `startOffset` is for logs that must not begin at 0 (a memory replica after the loss of
 * all others); `leaderEpoch` the epoch in which it leads from the start, if it does. Throws `log-exists`.
 */
export async function createPartitionLog(
  identity: PartitionIdentity,
  settings: LogSettings,
  ports: LogPorts,
  options: { readonly startOffset?: Offset; readonly leaderEpoch?: LeaderEpoch } = {},
): Promise<PartitionLog> {
  const { storage } = ports;
  const folder = partitionFolder(identity);
  if (storage.exists(`${folder}/${PARTITION_FILE}`)) throw logExists({ folder });
  const startOffset = options.startOffset ?? (0 as Offset);
  const epochs = new LeaderEpochs();
  if (options.leaderEpoch !== undefined) epochs.start(options.leaderEpoch, startOffset);
  storage.createFolder(folder);
  storage.open(`${folder}/${segmentFileName(startOffset, "log")}`, { create: true }).close();
  const checkpoint = {
    recoveryPoint: startOffset,
    highWatermark: startOffset,
    logStartOffset: startOffset,
    isSyncedLate: settings.flush !== "ack",
  };
  // Nobody looks at them before the last file is there: they need not be replaced atomically, and one sync is enough for all names.
  await Promise.all([
    createSealedFile(ports, `${folder}/${LEADER_EPOCHS_FILE}`, epochs.toJson()),
    createSealedFile(ports, `${folder}/${CHECKPOINT_FILE}`, checkpoint),
  ]);
  await storage.syncFolder(folder);
  // Last: a folder without it is a creation that did not finish.
  const content: PartitionFile = { formatVersion: FORMAT_VERSION, ...identity };
  await writeSealedFile(ports, `${folder}/${PARTITION_FILE}`, content);
  await storage.syncFolder("");
  return openPartitionLog(folder, settings, ports);
}

/**
 * Opens a log and recovers it (docs/formats/segment.md). Throws `log-missing`, `log-corrupt`, `log-newer-format`; then nothing was changed on disk but for a swap
 * of compacted segments that a crash interrupted.
 */
export async function openPartitionLog(folder: string, settings: LogSettings, ports: LogPorts): Promise<PartitionLog> {
  const identity = readIdentity(folder, ports);
  const checkpoint = new CheckpointFile(ports, `${folder}/${CHECKPOINT_FILE}`);
  await recoverSwap(folder, ports);
  const values = checkpoint.read();
  const epochs = readSealedFile(ports, `${folder}/${LEADER_EPOCHS_FILE}`);
  if (values === undefined) throw logCorrupt({ file: `${folder}/${CHECKPOINT_FILE}` });
  if (epochs === undefined) throw logCorrupt({ file: `${folder}/${LEADER_EPOCHS_FILE}` });
  const files = listSegments(folder, ports.storage, values.logStartOffset);
  if (files.found.length === 0) throw logCorrupt({ file: folder, offset: values.logStartOffset, cause: "no segment is left" });
  const leaderEpochs = LeaderEpochs.fromJson(epochs);
  const { indexIntervalBytes } = settings;
  const { cleanEndOffset = ZERO, gapsEndOffset = ZERO } = values;
  const marks = { cleanEndOffset, gapsEndOffset };
  const recovered = await recoverSegments({ folder, ports, indexIntervalBytes, checkpoint: values, epochs: leaderEpochs, marks, ...files });
  const { recoveryPoint } = recovered;
  if (recoveryPoint !== values.recoveryPoint) await checkpoint.save(() => ({ ...values, recoveryPoint, endPosition: undefined }));
  const endOffset = recovered.segments.active.endOffset;
  leaderEpochs.cutFrom((endOffset + 1) as Offset);
  return new SegmentedLog({
    identity,
    folder,
    settings,
    ports,
    tailCache: tailCacheOf(ports),
    segments: recovered.segments,
    producers: recovered.producers,
    epochs: leaderEpochs,
    checkpoint,
    marks,
    logStartOffset: values.logStartOffset,
    highWatermark: Math.max(values.highWatermark, values.logStartOffset) as Offset,
    recoveryPoint,
    isSyncedLate: values.isSyncedLate === true,
    snapshots: recovered.snapshots,
    recovery: recovered.report,
  });
}

/**
 * The logs in a data folder. Finishes deletions and removes creations that a crash interrupted. What it names is durable: a log whose creation was interrupted at its very end looks
 * whole, while its name is in the page cache only, and what is appended to it would go with the name.
 */
export async function listPartitionLogs(
  ports: Pick<LogPorts, "storage" | "crc32c">,
): Promise<readonly { readonly folder: string; readonly identity: PartitionIdentity }[]> {
  const { storage } = ports;
  const logs: { folder: string; identity: PartitionIdentity }[] = [];
  for (const entry of storage.list("")) {
    if (!entry.isFolder) continue;
    if (entry.name.endsWith(DELETED_SUFFIX)) storage.remove(entry.name);
    else if (storage.exists(`${entry.name}/${PARTITION_FILE}`))
      logs.push({ folder: entry.name, identity: readIdentity(entry.name, ports) });
    else if (isUnfinished(entry.name, storage)) storage.remove(entry.name);
  }
  if (logs.length > 0) await storage.syncFolder("");
  return logs;
}

/** Deletes a closed log; durable when the promise resolves. */
export async function deletePartitionLog(folder: string, storage: Storage): Promise<void> {
  if (!storage.exists(folder)) return;
  storage.rename(folder, `${folder}${DELETED_SUFFIX}`);
  await storage.syncFolder("");
  storage.remove(`${folder}${DELETED_SUFFIX}`);
}

function readIdentity(folder: string, ports: Pick<LogPorts, "storage" | "crc32c">): PartitionIdentity {
  const content = readSealedFile(ports, `${folder}/${PARTITION_FILE}`) as PartitionFile | undefined;
  if (content === undefined) throw logMissing({ folder });
  const { formatVersion, topicId, topic, partition } = content;
  if (formatVersion > FORMAT_VERSION) throw logNewerFormat({ folder, formatVersion, supported: FORMAT_VERSION });
  return { topicId, topic, partition };
}

/** Segments that hold something at or above the log start, and snapshots. What a crash left of deleted ones is removed. */
function listSegments(folder: string, storage: Storage, logStartOffset: Offset) {
  const files = storage.list(folder).map((entry) => ({ entry, parsed: parseSegmentFileName(entry.name) }));
  const offsetsOf = (kind: string): { baseOffset: Offset; sizeBytes: number }[] =>
    files.flatMap(({ entry, parsed }) => (parsed?.kind === kind ? [{ baseOffset: parsed.baseOffset, sizeBytes: entry.sizeBytes }] : []));
  const all = offsetsOf("log");
  const found = all.filter((_, index) => (all[index + 1]?.baseOffset ?? Infinity) > logStartOffset);
  const first = found[0]?.baseOffset ?? 0;
  for (const { entry, parsed } of files) {
    if (parsed !== undefined && parsed.kind !== "snapshot" && parsed.baseOffset < first) storage.remove(`${folder}/${entry.name}`);
  }
  return { found, snapshots: offsetsOf("snapshot").map(({ baseOffset }) => baseOffset) };
}

function isUnfinished(folder: string, storage: Storage): boolean {
  const entries = storage.list(folder);
  return (
    entries.every(({ name, sizeBytes }) => parseSegmentFileName(name) === undefined || sizeBytes === 0) &&
    entries.some(({ name }) => name.endsWith(".log"))
  );
}

function tailCacheOf(ports: LogPorts): SharedTailCache {
  return ports.tailCache instanceof SharedTailCache
    ? ports.tailCache
    : new SharedTailCache(ports.tailCache?.bytesMax ?? TAIL_CACHE_BYTES_DEFAULT);
}
