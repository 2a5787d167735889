import { errorFromWire, type StateRead, type WorkerId } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import type { Clock, Timer } from "@millrace/ports";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { STATE_READ_TIMEOUT_MS, STATE_READS_MAX } from "./limits.ts";

interface OpenRead {
  readonly jobId: string;
  readonly jobEpoch: number;
  readonly workerCount: number;
  readonly answers: Map<number, StateRead>;
  readonly done: Deferred<readonly StateRead[]>;
  readonly timer: Timer;
}

/** Queries of state on their way to workers and back, of all jobs. Each ends: with every worker's answer, with an error of one, when its epoch is over, or in time. */
export class StateReads {
  readonly #clock: Clock;
  readonly #open = new Map<bigint, OpenRead>();
  #lastId = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The number under which workers are to be asked, and their answers in order of worker. */
  begin(asked: { readonly jobId: string; readonly jobEpoch: number; readonly workerCount: number }): {
    readonly queryId: bigint;
    readonly answers: Promise<readonly StateRead[]>;
  } {
    if (this.#open.size >= STATE_READS_MAX) throw tooMany();
    const queryId = ++this.#lastId;
    const done = createDeferred<readonly StateRead[]>();
    const timer = this.#clock.setTimer(STATE_READ_TIMEOUT_MS, () => {
      const answered = this.#open.get(queryId)?.answers.size ?? 0;
      this.#end(queryId)?.done.reject(timedOut({ job: asked.jobId, answered, workers: asked.workerCount }));
    });
    this.#open.set(queryId, { ...asked, answers: new Map(), done, timer });
    return { queryId, answers: done.promise };
  }

  answered({ jobId, jobEpoch, workerIndex }: WorkerId, answer: StateRead): void {
    const read = this.#open.get(answer.queryId);
    if (read?.jobId !== jobId || read.jobEpoch !== Number(jobEpoch)) return; // Too late, or of another life.
    if (answer.error !== undefined) {
      this.#end(answer.queryId)?.done.reject(errorFromWire(answer.error));
      return;
    }
    read.answers.set(workerIndex, answer);
    if (read.answers.size < read.workerCount) return;
    const inOrder = [...read.answers].sort(([left], [right]) => left - right);
    this.#end(answer.queryId)?.done.resolve(inOrder.map(([, one]) => one));
  }

  /** Ends a query that nobody will answer any more. */
  giveUp(queryId: bigint, reason: AppError): void {
    this.#end(queryId)?.done.reject(reason);
  }

  #end(queryId: bigint): OpenRead | undefined {
    const read = this.#open.get(queryId);
    this.#open.delete(queryId);
    read?.timer.cancel();
    return read;
  }
}

function tooMany(): AppError {
  const message = "too many queries of state are under way: ask again in a moment, or read a checkpoint";
  return new AppError({ kind: "exhausted", code: "too-many-state-reads", message, context: { max: STATE_READS_MAX } });
}

function timedOut(context: Readonly<Record<string, string | number>>): AppError {
  const message =
    "not every worker of the job answered in time: they do between batches, which take long now; ask again, or read a checkpoint";
  return new AppError({ kind: "unavailable", code: "state-read-timeout", message, context });
}
