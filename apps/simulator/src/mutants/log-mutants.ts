import type { Mutant } from "./mutant.ts";

const LOG_SYNC = "libs/log-engine/src/log-sync.ts";
const LOG = "libs/log-engine/src/segmented-log.ts";
const CLEANER = "libs/log-engine/src/compaction/batch-cleaner.ts";
const RECOVERY = "libs/log-engine/src/recovery.ts";

/** What a log keeps on its disk, and how it recovers (reliability R15, R16). */
export const LOG_MUTANTS: readonly Mutant[] = [
  {
    name: "ack-before-sync",
    what: "a follower's position is what it has written, not what it has synced",
    file: LOG,
    correct: "return this.#late.endOffset(this);",
    wrong: "return this.logEndOffset;",
    provokes: "power",
  },
  {
    name: "sync-claims-what-came-meanwhile",
    what: "a sync counts what was written while it ran",
    file: LOG_SYNC,
    correct: "    this.#syncedEndOffset = target;\n",
    wrong: "    this.#syncedEndOffset = segments.active.writtenEndOffset;\n",
    provokes: "power",
  },
  {
    name: "failed-sync-retried",
    what: "a sync that failed is tried again, and taken for good when nothing is said",
    file: LOG_SYNC,
    correct: "      throw this.fail(toAppError(error));\n    }\n    if (rolls.length > 0) await this.#finish(rolls);",
    wrong: "      void error;\n    }\n    if (rolls.length > 0) await this.#finish(rolls);",
    provokes: "syncs",
  },
  {
    name: "recovery-cuts-a-batch-too-many",
    what: "recovery cuts the last batch of a log that was not closed",
    file: RECOVERY,
    correct: "      visit: (batch) => {\n        const { baseOffset, partitionLeaderEpoch } = batch;\n",
    wrong:
      "      visit: (batch, at) => {\n        const { baseOffset, partitionLeaderEpoch } = batch;\n        if (expectedEndOffset === undefined && at + batch.sizeInBytes === fileSize) return new Error();\n",
    provokes: "power",
  },
  {
    name: "no-checksum-in-recovery",
    what: "recovery does not look at checksums",
    file: RECOVERY,
    correct: "    let end = scanBatches(parts.file, {\n      crc32c: ports.crc32c,\n",
    wrong: "    let end = scanBatches(parts.file, {\n",
    provokes: "power",
  },
  {
    name: "cut-at-corrupt-middle",
    what: "recovery takes damage in the middle for a torn tail, cuts there, and says nothing",
    file: RECOVERY,
    correct: "    if (!isInMiddle) return;\n",
    wrong: "    if (!isInMiddle || parts.file.sizeBytes > 0) return;\n",
    also: [{ file: RECOVERY, correct: "isSuspect: this.#cutBytes > 0 };", wrong: "isSuspect: this.#cutBytes < 0 };" }],
    provokes: "corruption",
  },
  {
    name: "no-checksum-on-replicate",
    what: "a leader does not look at the checksums of what its disk gives, and followers not at those of what they get",
    file: LOG,
    correct: "    verifyBatch(batch.bytes, { crc32c: this.#ports.crc32c, position: batch.position });\n",
    wrong: "    void verifyBatch;\n",
    also: [
      {
        file: "libs/log-engine/src/log-reader.ts",
        correct: "      verifyBatch(view.bytes, { crc32c: this.#crc32c, position: view.position });\n",
        wrong: "      void verifyBatch;\n",
      },
    ],
    provokes: "damage",
  },
  {
    name: "corrupt-batch-skipped",
    what: "a leader passes over a batch that its disk does not give whole",
    file: "libs/log-engine/src/log-reader.ts",
    correct: "      this.#verify(view, { ...options, nextOffset, isFirst: end === start });\n",
    wrong:
      "      try {\n        this.#verify(view, { ...options, nextOffset, isFirst: end === start });\n      } catch {\n        if (end > start) break;\n        start = end = view.position + view.sizeInBytes;\n        nextOffset = view.nextOffset;\n        continue;\n      }\n",
    provokes: "damage",
  },
  {
    name: "aborted-index-stops-at-segment",
    what: "aborted transactions are looked for in the segment that is read, and not in the next one, which may have the marker",
    file: "libs/log-engine/src/transaction-lookup.ts",
    correct: "      if (entry.lastStableOffset >= range.endOffset) return sorted(found);\n    }\n",
    wrong: "      if (entry.lastStableOffset >= range.endOffset) return sorted(found);\n    }\n    break;\n",
    provokes: "transactions",
  },
  {
    name: "compaction-drops-last-value",
    what: "compaction drops the last record of a key as well",
    file: CLEANER,
    correct: "if ((records.offsets[index] ?? 0) < this.#rules.keys.get(key)) return false;",
    wrong: "if ((records.offsets[index] ?? 0) <= this.#rules.keys.get(key)) return false;",
    provokes: "compaction",
  },
  {
    name: "compaction-drops-tombstone-early",
    what: "compaction drops tombstones at once, before readers have seen them",
    file: CLEANER,
    correct: "return !isTombstone || !this.#isPast(view.deleteHorizonMs);",
    wrong: "return !isTombstone;",
    provokes: "compaction",
  },
  {
    name: "compaction-drops-live-marker",
    what: "compaction drops the marker of a transaction that has records in the log",
    file: CLEANER,
    correct: "    if (isNeeded) return batch;\n",
    wrong: "    if (isNeeded) return hasData ? this.#dropped(view) : batch;\n",
    provokes: "compaction",
  },
  {
    name: "folder-not-synced",
    what: "the folder of a new log is not synced by name, and goes with all that is synced in it",
    file: "libs/log-engine/src/open-log.ts",
    correct: '${PARTITION_FILE}`, content);\n  await storage.syncFolder("");\n',
    wrong: "${PARTITION_FILE}`, content);\n",
    provokes: "power",
  },
];
