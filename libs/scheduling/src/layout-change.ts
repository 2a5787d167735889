import { type ExecutorCapacity, sameWorkers, type TaskAssignment } from "./assign-tasks.ts";
import { RESCALE_DELAY_MS } from "./limits.ts";

/** What other executors mean for a job that runs. */
export type LayoutChange =
  /** One of its workers is gone, or must go and nobody can take over. */
  | { readonly kind: "lost"; readonly executorId: string }
  | { readonly kind: "none" }
  | { readonly kind: "under-way" }
  | { readonly kind: "wanted"; readonly delayMs: number };

interface Layouts {
  readonly current: TaskAssignment;
  /** Of a rescale that has begun. */
  readonly upcoming: TaskAssignment | undefined;
  readonly wanted: TaskAssignment;
}

/** An executor that leaves waits for its workers to be moved, so that is done at once; those that join are waited for, to take several in one go. */
export function layoutChange(live: readonly ExecutorCapacity[], { current, upcoming, wanted }: Layouts): LayoutChange {
  const isThere = new Set(live.map(({ executorId }) => executorId));
  const lost = current.workers.find((executorId) => !isThere.has(executorId));
  if (lost !== undefined) return { kind: "lost", executorId: lost };
  const leaving = live.find(({ executorId, workerSlots }) => workerSlots === 0 && current.workers.includes(executorId))?.executorId;
  if (leaving !== undefined && wanted.workers.length === 0) return { kind: "lost", executorId: leaving };
  if (sameWorkers(wanted, upcoming)) return { kind: "under-way" };
  if (sameWorkers(wanted, current)) return { kind: "none" };
  return { kind: "wanted", delayMs: leaving === undefined ? RESCALE_DELAY_MS : 0 };
}
