import type { JobSettings } from "@millrace/model";
import type { WatermarkStep } from "@millrace/planner";
import type { SourcePosition, WorkerCommand } from "./job-events.ts";
import type { BatchPlan, SourcePartition } from "./job-record.ts";
import type { JobShape } from "./job-shape.ts";
import { Marker } from "./marker.ts";
import type { JobProgress } from "./plan-batch.ts";

/** A job in continuous mode: whether its workers take records as they arrive, and when the next marker is due (DESIGN §5). */
export class Following {
  readonly #bounded: boolean;
  readonly #intervalMs: number;
  #isOn = false;
  #markedAtMs = 0;

  constructor(shape: JobShape, settings: JobSettings) {
    this.#bounded = shape.bounded;
    this.#intervalMs = settings.batchIntervalMs;
  }

  /** Workers take records, or will when the batch that runs is done. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Workers take records for the batch after `progress`: from the first, or on after a marker that made no batch. */
  begin(progress: JobProgress, sources: readonly SourcePartition[], monotonicMs: number): () => WorkerCommand {
    if (!this.#isOn) this.#markedAtMs = monotonicMs;
    this.#isOn = true;
    const positions = sources.map(({ source, index, endOffset }, at): SourcePosition => ({
      source,
      index,
      offset: progress.positions[at] ?? 0,
      ...(endOffset === undefined ? {} : { endOffset }),
    }));
    return () => ({ kind: "follow", batch: progress.lastBatch + 1, positions, late: lateFiltersAfter(progress.lastWatermarks) });
  }

  /** Whether workers read on behind the batch at once, as they read it: those that run recorded plans again begin when all of them are done. */
  goesOnAfter({ final }: BatchPlan): boolean {
    return (this.#isOn &&= !final);
  }

  /** How long until the next marker is due: on the job's grid, or, where time is not the clock's, an interval after the last one. */
  markerDelayMs({ lastTimeMs }: JobProgress, now: { readonly planNowMs: number; readonly monotonicMs: number }): number {
    const dueInMs = this.#bounded ? this.#markedAtMs - now.monotonicMs : lastTimeMs - now.planNowMs;
    return Math.max(0, dueInMs + this.#intervalMs);
  }

  mark(
    job: { readonly sources: readonly SourcePartition[]; readonly progress: JobProgress; readonly workerCount: number },
    monotonicMs: number,
  ): Marker {
    this.#markedAtMs = monotonicMs;
    return new Marker(job.progress.lastBatch + 1, job);
  }

  /** The epoch is over. */
  end(): void {
    this.#isOn = false;
  }
}

/** Late filters of a batch: the watermarks that the batch before it ended with. */
function lateFiltersAfter(last: readonly WatermarkStep[]): WatermarkStep[] {
  return last.map(({ operatorId, evictMs }) => ({ operatorId, lateMs: evictMs, evictMs: undefined }));
}
