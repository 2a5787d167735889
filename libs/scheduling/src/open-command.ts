import type { JobGraph } from "@millrace/model";
import type { TaskAssignment } from "./assign-tasks.ts";
import type { WorkerCommand } from "./job-events.ts";
import { OPENING_BYTES_PER_MS_MIN, OPENING_TIMEOUT_MS } from "./limits.ts";
import type { CheckpointManifest, JobRecord } from "./job-record.ts";

/** How long workers may take to load this checkpoint, at most. */
export function openingTimeoutMs(checkpoint: CheckpointManifest | undefined): number {
  const bytes = (checkpoint?.parts ?? []).reduce((sum, { byteCount }) => sum + byteCount, 0);
  return OPENING_TIMEOUT_MS + bytes / OPENING_BYTES_PER_MS_MIN;
}

interface Epoch {
  readonly record: JobRecord;
  readonly graph: JobGraph;
  readonly checkpoint: CheckpointManifest | undefined;
  readonly assignment: TaskAssignment;
  /** Shuffle address by worker index. */
  readonly addresses: readonly string[];
}

/** What a worker needs to open its tasks: who does what in this epoch, and where the last checkpoint left off. */
export function openCommand({ record, graph, checkpoint, assignment, addresses }: Epoch, transactionalId: string): WorkerCommand {
  const sources = (record.sources ?? []).map((source, i) => ({ ...source, workerIndex: assignment.sourceWorkers[i] ?? 0 }));
  return {
    kind: "open",
    layout: { slotCount: graph.settings.slotCount, slotWorkers: assignment.slotWorkers, sources, workerAddresses: addresses },
    incarnation: record.incarnation,
    zeroTimeMs: record.zeroTimeMs ?? 0,
    transactionalId,
    checkpointBatch: checkpoint?.batch ?? 0,
    parts: checkpoint?.parts ?? [],
    marksStartOffset: checkpoint?.marksEndOffset ?? 0,
  };
}
