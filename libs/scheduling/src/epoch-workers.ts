import type { TaskAssignment } from "./assign-tasks.ts";
import type { JobEffect, WorkerCommand } from "./job-events.ts";
import type { JobRecord } from "./job-record.ts";
import type { SourceLookup } from "./source-lookup.ts";

/** The workers of one job epoch, from their start on: who they are, where they listen, and how they are told things. */
export class EpochWorkers {
  readonly jobEpoch: number;
  readonly assignment: TaskAssignment;
  /** One for each, by worker index. The store has them before a worker is started. */
  readonly transactionalIds: readonly string[];
  readonly #addresses: (string | undefined)[];
  #waitForPlans = true;

  constructor(jobEpoch: number, assignment: TaskAssignment, { jobId, incarnation }: Pick<JobRecord, "jobId" | "incarnation">) {
    this.jobEpoch = jobEpoch;
    this.assignment = assignment;
    this.transactionalIds = assignment.workers.map((_, workerIndex) => `millrace.${jobId}.${incarnation}.${jobEpoch}.${workerIndex}`);
    this.#addresses = assignment.workers.map(() => undefined);
  }

  get count(): number {
    return this.assignment.workers.length;
  }

  /** Shuffle addresses by worker index, once all are ready. */
  get addresses(): readonly string[] {
    return this.#addresses.filter((address) => address !== undefined);
  }

  get areReady(): boolean {
    return this.addresses.length === this.count;
  }

  /** All of them may be given batches whose plans are not stored yet: none is of an older version. */
  get waitForPlans(): boolean {
    return this.#waitForPlans;
  }

  /** A worker has built the job and listens. */
  ready(workerIndex: number, { shuffleAddress, waitsForPlan = false }: { shuffleAddress: string; waitsForPlan?: boolean }): void {
    this.#addresses[workerIndex] = shuffleAddress;
    this.#waitForPlans &&= waitsForPlan;
  }

  start(): JobEffect[] {
    return this.#each((executorId, workerIndex) => ({ kind: "start-worker", executorId, jobEpoch: this.jobEpoch, workerIndex }));
  }

  stop(): JobEffect[] {
    return this.#each((executorId, workerIndex) => ({ kind: "stop-worker", executorId, jobEpoch: this.jobEpoch, workerIndex }));
  }

  tell(command: (workerIndex: number) => WorkerCommand): JobEffect[] {
    return this.#each((executorId, workerIndex) => this.#command(executorId, workerIndex, command(workerIndex)));
  }

  /** Asks the workers that own splits of sources that are no topics. */
  ask(lookup: SourceLookup): JobEffect[] {
    const { batch } = lookup;
    return this.#each((executorId, workerIndex) => {
      return this.#command(executorId, workerIndex, { kind: "list-sources", batch, questions: lookup.questionsFor(workerIndex) });
    }).filter((_, workerIndex) => lookup.workers.has(workerIndex));
  }

  #command(executorId: string, workerIndex: number, command: WorkerCommand): JobEffect {
    return { kind: "command", executorId, jobEpoch: this.jobEpoch, workerIndex, command };
  }

  #each(effect: (executorId: string, workerIndex: number) => JobEffect): JobEffect[] {
    return this.assignment.workers.map(effect);
  }
}
