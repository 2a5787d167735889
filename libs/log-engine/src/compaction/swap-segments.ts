import type { Offset } from "@millrace/model";
import { logCorrupt } from "../errors.ts";
import { segmentFileName, type SegmentFileKind } from "../file-names.ts";
import type { LogPorts } from "../partition-log.ts";
import { encodeSealed, readSealedFile } from "../sealed-file.ts";

/** Says that the files of one compacted segment are whole and take the place of those of several: from then on the swap is finished, by whoever opens the log. */
export interface SwapIntent {
  /** Of the compacted segment, and of the first that it replaces. */
  readonly baseOffset: Offset;
  /** All that it replaces, the first one too. */
  readonly replaces: readonly Offset[];
  /** Size of the compacted `.log`. */
  readonly sizeBytes: number;
}

const INTENT_FILE = "compaction";
const CLEANED_SUFFIX = ".cleaned";
const KINDS: readonly SegmentFileKind[] = ["log", "index", "timeindex", "txnindex"];

type SwapPorts = Pick<LogPorts, "storage" | "crc32c">;

/** Where a file of the compacted segment is written before it counts. */
export function cleanedPath(folder: string, baseOffset: Offset, kind: SegmentFileKind): string {
  return `${folder}/${segmentFileName(baseOffset, kind)}${CLEANED_SUFFIX}`;
}

/** From its end on the swap counts. The cleaned files and their names are durable already. */
export async function writeIntent(folder: string, intent: SwapIntent, { storage, crc32c }: SwapPorts): Promise<void> {
  await storage.writeFileAtomically(`${folder}/${INTENT_FILE}`, encodeSealed(intent, crc32c));
}

/** Puts the cleaned files into place and removes what they replace. May be repeated: each step is skipped if it has been done. */
export function moveFiles(folder: string, intent: SwapIntent, { storage }: SwapPorts): void {
  for (const baseOffset of intent.replaces) {
    if (baseOffset === intent.baseOffset) continue;
    for (const kind of KINDS) storage.remove(`${folder}/${segmentFileName(baseOffset, kind)}`);
  }
  for (const kind of KINDS) {
    const cleaned = cleanedPath(folder, intent.baseOffset, kind);
    if (storage.exists(cleaned)) storage.rename(cleaned, `${folder}/${segmentFileName(intent.baseOffset, kind)}`);
  }
}

/** Forgets the intent, durably before another cleaned file may be written: it would be taken for this one's. */
export async function endSwap(folder: string, { storage }: SwapPorts): Promise<void> {
  await storage.syncFolder(folder);
  storage.remove(`${folder}/${INTENT_FILE}`);
  await storage.syncFolder(folder);
}

export function removeCleaned(folder: string, baseOffset: Offset, { storage }: SwapPorts): void {
  for (const kind of KINDS) storage.remove(cleanedPath(folder, baseOffset, kind));
}

/** Before a log is opened: finishes a swap that was decided, and removes the files of one that was not. */
export async function recoverSwap(folder: string, ports: SwapPorts): Promise<void> {
  const { storage } = ports;
  const intent = readSealedFile(ports, `${folder}/${INTENT_FILE}`) as SwapIntent | undefined;
  const names = storage.list(folder);
  if (intent === undefined) {
    for (const { name } of names) if (name.endsWith(CLEANED_SUFFIX)) storage.remove(`${folder}/${name}`);
    return;
  }
  const path = cleanedPath(folder, intent.baseOffset, "log");
  const cleaned = names.find(({ name }) => `${folder}/${name}` === path);
  if (cleaned !== undefined && cleaned.sizeBytes !== intent.sizeBytes)
    throw logCorrupt({ file: path, sizeBytes: cleaned.sizeBytes, expected: intent.sizeBytes });
  moveFiles(folder, intent, ports);
  await endSwap(folder, ports);
}
