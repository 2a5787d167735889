import type { TaskState } from "./task-state.ts";

/** What an operator keeps from batch to batch, in one task. */
export interface Stateful {
  /** Keys held, for metrics. */
  readonly keyCount: number;
  /** Holds what a later watermark would emit or evict. */
  readonly pending: boolean;
  /** All of it: a restored task goes on exactly like the one that was saved. */
  readonly state: TaskState;
  /** All of a checkpoint is loaded: makes anew what follows from it (timers, counts). */
  restored(): void;
}
