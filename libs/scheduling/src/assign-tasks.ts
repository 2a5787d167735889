/** An executor that may run workers now; one that leaves has no slots left, and its workers go on until they are moved. */
export interface ExecutorCapacity {
  readonly executorId: string;
  readonly workerSlots: number;
}

export interface TaskAssignment {
  /** Executor by worker index. */
  readonly workers: readonly string[];
  /** Worker index by slot. */
  readonly slotWorkers: readonly number[];
  /** Worker index by source partition, in the order of the job's source partitions. */
  readonly sourceWorkers: readonly number[];
}

/**
 * Spreads a job over executors: one worker per executor slot, but no more workers than there are tasks of either kind, or than were asked for; slots and
 * source partitions contiguously and evenly. Executors take turns, so that a job with few tasks still uses several machines.
 * The same input gives the same assignment.
 */
export function assignTasks(
  job: { readonly slotCount: number; readonly sourcePartitionCount: number; readonly workersAsked?: number | undefined },
  executors: readonly ExecutorCapacity[],
): TaskAssignment {
  const workersMax = Math.min(Math.max(job.slotCount, job.sourcePartitionCount, 1), job.workersAsked ?? Infinity);
  const workers: string[] = [];
  const sorted = [...executors].sort((a, b) => (a.executorId < b.executorId ? -1 : 1));
  const roundsMax = Math.max(0, ...sorted.map((executor) => executor.workerSlots));
  for (let round = 0; round < roundsMax; round++) {
    for (const executor of sorted) {
      if (round < executor.workerSlots && workers.length < workersMax) workers.push(executor.executorId);
    }
  }
  return {
    workers,
    slotWorkers: spread(job.slotCount, workers.length),
    sourceWorkers: spread(job.sourcePartitionCount, workers.length),
  };
}

/** Whether two layouts are the same: everything else follows from who the workers are. */
export function sameWorkers(left: TaskAssignment, right: TaskAssignment | undefined): boolean {
  return right?.workers.join() === left.workers.join();
}

function spread(taskCount: number, workerCount: number): number[] {
  return Array.from({ length: taskCount }, (_, task) => Math.floor((task * workerCount) / taskCount));
}
