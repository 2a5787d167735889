import { ENDED_STATES, type StatePart } from "@millrace/scheduling";
import type { JobFigures } from "../observe-jobs.ts";
import type { JobRunner } from "./job-runner.ts";

/** What operators watch of a job, as its machine and its meter have it now. */
export function jobFigures(runner: JobRunner, wallMs: number): JobFigures {
  const { record, figures, progress, checkpoint } = runner.machine;
  const parts = checkpoint?.parts ?? [];
  const watermarkLagSeconds = new Map<string, number>();
  for (const { operatorId, evictMs } of progress?.lastWatermarks ?? []) {
    if (evictMs !== undefined && Number.isFinite(evictMs)) watermarkLagSeconds.set(operatorId, (wallMs - evictMs) / 1_000);
  }
  const { checkpointAgeSeconds } = runner.meter;
  const { checkpointIntervalMs } = runner.stored.graph.settings;
  return {
    name: record.name,
    state: record.state,
    restarts: record.restarts,
    workers: figures.workers,
    checkpointIntervalSeconds: checkpointIntervalMs === "off" ? undefined : checkpointIntervalMs / 1_000,
    batchIntervalSeconds: runner.stored.graph.settings.batchIntervalMs / 1_000,
    lagRecords: figures.lagRecords,
    running: ENDED_STATES.includes(record.state)
      ? undefined
      : { checkpointAgeSeconds, watermarkLagSeconds, stateKeys: runner.meter.stateKeys() },
    stateBytes: bytesByOperator(parts),
    checkpointBytes: parts.reduce((sum, part) => sum + part.byteCount, 0),
  };
}

function bytesByOperator(parts: readonly StatePart[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { operatorId, byteCount } of parts) sums.set(operatorId, (sums.get(operatorId) ?? 0) + byteCount);
  return sums;
}
