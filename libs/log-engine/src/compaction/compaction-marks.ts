import type { Offset } from "@millrace/model";

/** How far compaction has come; part of the checkpoint, shared by all that look at offsets. */
export interface CompactionMarks {
  /** Everything below has been compacted: of a key at most one record stands there, and newer ones count from here. */
  cleanEndOffset: Offset;
  /** Below, offsets may be missing; above, a missing one is damage. */
  gapsEndOffset: Offset;
}

/** Does a batch with this base offset follow what ends at `endOffset`? */
export function continues(baseOffset: Offset, endOffset: Offset, marks: Pick<CompactionMarks, "gapsEndOffset">): boolean {
  return baseOffset === endOffset || (baseOffset > endOffset && baseOffset <= marks.gapsEndOffset);
}
