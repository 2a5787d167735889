import type { EpochWorkers } from "./epoch-workers.ts";
import type { JobPhase } from "./job-phase.ts";
import type { JobFailure } from "./job-record.ts";
import { START_GROWTH_MAX } from "./limits.ts";

/** How far a job is that starts or recovers. */
export interface StartFigures {
  /** What its workers do: they start, end what former writers left open, or load state and open their tasks. */
  readonly phase: StartPhase["kind"];
  /** From 1; one more after each that took too long. */
  readonly attempt: number;
  /** Who have done it, of how many. */
  readonly workersDone: number;
  readonly workers: number;
  /** How long they have for it. */
  readonly limitMs: number;
}

type StartPhase = JobPhase & { readonly kind: "starting" | "fencing" | "opening" };

/**
 * How long workers have for a step of their start: twice as long after each attempt that took too long, up to a bound. A machine with too much to do, or state that
 * loads slowly, gets there in the end instead of beginning again for ever.
 */
export class StartLimits {
  #attempt = 1;
  #limitMs = 0;

  /** For a step that takes so long at most where nothing is in its way. */
  limitMs(usualMs: number): number {
    this.#limitMs = usualMs * Math.min(2 ** (this.#attempt - 1), START_GROWTH_MAX);
    return this.#limitMs;
  }

  /** Of the step under way. */
  tookTooLong(): void {
    this.#attempt++;
  }

  /** The next start is one like any other. */
  done(): void {
    this.#attempt = 1;
  }

  figuresOf(phase: JobPhase, workers: EpochWorkers | undefined): StartFigures | undefined {
    if (workers === undefined || !isStart(phase)) return undefined;
    const workersDone = phase.kind === "starting" ? workers.addresses.length : workers.count - phase.pending.size;
    return { phase: phase.kind, attempt: this.#attempt, workersDone, workers: workers.count, limitMs: this.#limitMs };
  }
}

function isStart(phase: JobPhase): phase is StartPhase {
  return phase.kind === "starting" || phase.kind === "fencing" || phase.kind === "opening";
}

/** Workers have not done in time what `phase` says; of a start also how many had, and which attempt it was. */
export function phaseTimeout(phase: string, start: StartFigures | undefined): JobFailure {
  const context =
    start === undefined
      ? { phase }
      : {
          phase,
          attempt: String(start.attempt),
          limitMs: String(start.limitMs),
          workersDone: `${start.workersDone} of ${start.workers}`,
        };
  const message = start === undefined ? "workers did not answer in time" : "workers did not start in time, the next attempt has longer";
  return { kind: "unavailable", code: "phase-timeout", message, context };
}
