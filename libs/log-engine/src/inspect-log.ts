import type { Offset } from "@millrace/model";
import type { RecordBatchView } from "@millrace/records";
import { hasBatchBehind, scanBatches } from "./batch-scan.ts";
import type { CheckpointValues } from "./checkpoint-file.ts";
import { type CompactionMarks, continues } from "./compaction/compaction-marks.ts";
import { EntryTable } from "./entry-table.ts";
import {
  CHECKPOINT_FILE,
  INDEX_ENTRY_BYTES,
  LEADER_EPOCHS_FILE,
  parseSegmentFileName,
  PARTITION_FILE,
  segmentFileName,
} from "./file-names.ts";
import { LeaderEpochs } from "./leader-epochs.ts";
import type { LogPorts, PartitionIdentity } from "./partition-log.ts";
import { decodeSealed } from "./sealed-file.ts";

/** What is wrong with a file of a partition folder. */
export interface LogFinding {
  readonly file: string;
  /**
   * `damage`: the log would not open, or would not serve this. `torn-tail`: what an unclean stop leaves, cut at the next start. `derived`: built again when it is needed.
   */
  readonly kind: "damage" | "torn-tail" | "derived";
  readonly problem: string;
  readonly position?: number;
  readonly offset?: Offset;
}

export interface InspectedSegment {
  readonly file: string;
  readonly baseOffset: Offset;
  /** End of what was found. */
  readonly endOffset: Offset;
  readonly sizeBytes: number;
  readonly batches: number;
  readonly records: number;
}

export interface InspectedLog {
  readonly folder: string;
  /** undefined: the folder does not say, or its file is damaged. */
  readonly identity: PartitionIdentity | undefined;
  readonly checkpoint: CheckpointValues | undefined;
  readonly segments: readonly InspectedSegment[];
  readonly findings: readonly LogFinding[];
}

const NO_MARKS: CompactionMarks = { cleanEndOffset: 0 as Offset, gapsEndOffset: 0 as Offset };

/**
 * Looks at every byte of a partition folder by the rules of docs/formats/segment.md and changes nothing: checksums, lengths, offsets and leader epochs of all batches,
 * the small files, the indexes. For logs that no broker has open; of one that is written to, the end may look torn.
 */
export function inspectLog(folder: string, ports: Pick<LogPorts, "storage" | "crc32c">): InspectedLog {
  return new Inspection(folder, ports).run();
}

/** Walks over all batches of a folder in order until `visit` says stop (false) or one is not whole; returns where and why then. */
export function walkLog(
  folder: string,
  ports: Pick<LogPorts, "storage" | "crc32c">,
  visit: (batch: RecordBatchView, at: { readonly file: string; readonly position: number }) => boolean,
): LogFinding | undefined {
  const stopped = new Error("stopped");
  for (const { name } of ports.storage.list(folder)) {
    if (parseSegmentFileName(name)?.kind !== "log") continue;
    const path = `${folder}/${name}`;
    const file = ports.storage.open(path);
    try {
      const { cause, position } = scanBatches(file, {
        crc32c: ports.crc32c,
        visit: (batch, at) => (visit(batch, { file: path, position: at }) ? undefined : stopped),
      });
      if (cause === stopped) return undefined;
      if (cause !== undefined) return { file: path, kind: "damage", problem: cause.message, position };
    } finally {
      file.close();
    }
  }
  return undefined;
}

class Inspection {
  readonly #folder: string;
  readonly #ports: Pick<LogPorts, "storage" | "crc32c">;
  readonly #findings: LogFinding[] = [];

  constructor(folder: string, ports: Pick<LogPorts, "storage" | "crc32c">) {
    this.#folder = folder;
    this.#ports = ports;
  }

  run(): InspectedLog {
    const identity = this.#sealed(PARTITION_FILE) as PartitionIdentity | undefined;
    const checkpoint = this.#sealed(CHECKPOINT_FILE) as CheckpointValues | undefined;
    const epochsJson = this.#sealed(LEADER_EPOCHS_FILE);
    const epochs = epochsJson === undefined ? undefined : LeaderEpochs.fromJson(epochsJson);
    const marks = { ...NO_MARKS, ...definedOf(checkpoint) };
    const bases = this.#ports.storage.list(this.#folder).flatMap(({ name }) => {
      const parsed = parseSegmentFileName(name);
      return parsed?.kind === "log" ? [parsed.baseOffset] : [];
    });
    if (bases.length === 0) this.#findings.push({ file: this.#folder, kind: "damage", problem: "no segment is there" });
    const segments = bases.map((baseOffset, index) =>
      this.#segment(baseOffset, { nextBase: bases[index + 1], epochs, marks, durableEnd: durableEndOf(checkpoint) }),
    );
    return { folder: this.#folder, identity, checkpoint, segments, findings: this.#findings };
  }

  #sealed(name: string): unknown {
    const file = `${this.#folder}/${name}`;
    const bytes = this.#ports.storage.readFile(file);
    const value = bytes && decodeSealed(bytes, this.#ports.crc32c);
    if (value === undefined)
      this.#findings.push({ file, kind: "damage", problem: bytes === undefined ? "it is missing" : "its checksum does not hold" });
    return value;
  }

  #segment(
    baseOffset: Offset,
    of: {
      readonly nextBase: Offset | undefined;
      readonly epochs: LeaderEpochs | undefined;
      readonly marks: CompactionMarks;
      readonly durableEnd: number;
    },
  ): InspectedSegment {
    const path = `${this.#folder}/${segmentFileName(baseOffset, "log")}`;
    const file = this.#ports.storage.open(path);
    const seen = { endOffset: baseOffset, batches: 0, records: 0 };
    try {
      const end = scanBatches(file, {
        crc32c: this.#ports.crc32c,
        visit: (batch) => {
          const problem = problemOf(batch, seen.endOffset, of);
          if (problem !== undefined) return new Error(problem);
          seen.endOffset = batch.nextOffset;
          seen.batches++;
          seen.records += batch.recordCount;
          return undefined;
        },
      });
      const { position, cause } = end;
      const isShort = cause === undefined && of.nextBase !== undefined && !continues(of.nextBase, seen.endOffset, of.marks);
      const problem = cause?.message ?? (isShort ? `the next segment begins at ${of.nextBase}` : undefined);
      if (problem !== undefined) {
        const isTorn =
          of.nextBase === undefined &&
          seen.endOffset >= of.durableEnd &&
          !hasBatchBehind(file, { position, minOffset: seen.endOffset, crc32c: this.#ports.crc32c });
        this.#findings.push({ file: path, kind: isTorn ? "torn-tail" : "damage", problem, position, offset: seen.endOffset });
      }
      if (of.nextBase !== undefined) this.#indexes(baseOffset);
      return { file: path, baseOffset, sizeBytes: file.sizeBytes, ...seen };
    } finally {
      file.close();
    }
  }

  #indexes(baseOffset: Offset): void {
    for (const kind of ["index", "timeindex", "txnindex"] as const) {
      const file = `${this.#folder}/${segmentFileName(baseOffset, kind)}`;
      const bytes = this.#ports.storage.readFile(file);
      if (bytes !== undefined && EntryTable.decode(bytes, INDEX_ENTRY_BYTES[kind], this.#ports.crc32c) !== undefined) continue;
      this.#findings.push({ file, kind: "derived", problem: bytes === undefined ? "it is missing" : "its checksum does not hold" });
    }
  }
}

function problemOf(
  { baseOffset, partitionLeaderEpoch }: RecordBatchView,
  endOffset: Offset,
  { epochs, marks }: { readonly epochs: LeaderEpochs | undefined; readonly marks: CompactionMarks },
): string | undefined {
  if (!continues(baseOffset, endOffset, marks)) return `base offset is ${baseOffset} instead of ${endOffset}`;
  const epoch = epochs?.epochOf(baseOffset) ?? partitionLeaderEpoch;
  return epoch === partitionLeaderEpoch ? undefined : `leader epoch is ${partitionLeaderEpoch}, the epoch file says ${epoch}`;
}

function durableEndOf(checkpoint: CheckpointValues | undefined): number {
  return Math.max(checkpoint?.highWatermark ?? 0, checkpoint?.recoveryPoint ?? 0);
}

function definedOf(checkpoint: CheckpointValues | undefined): Partial<CompactionMarks> {
  return checkpoint?.gapsEndOffset === undefined ? {} : { gapsEndOffset: checkpoint.gapsEndOffset };
}
