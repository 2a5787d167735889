import type { Offset } from "@millrace/model";

/** Files of a segment, by what they hold; see docs/formats/segment.md. */
export type SegmentFileKind = "log" | "index" | "timeindex" | "txnindex" | "snapshot";

const DIGITS = 20; // of 2^64, as Kafka names its files
const PATTERN = /^(\d{20})\.(log|index|timeindex|txnindex|snapshot)$/;

export const PARTITION_FILE = "partition.json";
export const CHECKPOINT_FILE = "checkpoint";
export const LEADER_EPOCHS_FILE = "leader-epochs";
/** Ending of a folder that is being deleted. */
export const DELETED_SUFFIX = ".deleted";

/** Name of a segment's file: first offset with 20 digits, so that names sort as offsets do. */
export function segmentFileName(baseOffset: Offset, kind: SegmentFileKind): string {
  return `${String(baseOffset).padStart(DIGITS, "0")}.${kind}`;
}

/** What a file name says; undefined for files that belong to no segment. */
export function parseSegmentFileName(name: string): { readonly baseOffset: Offset; readonly kind: SegmentFileKind } | undefined {
  const match = PATTERN.exec(name);
  if (match === null) return undefined;
  return { baseOffset: Number(match[1]) as Offset, kind: match[2] as SegmentFileKind };
}

/** Of one entry of each index, without the file's checksum. */
export const INDEX_ENTRY_BYTES = { index: 8, timeindex: 12, txnindex: 32 } as const;
