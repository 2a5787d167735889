import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ExecutorSessionResponseSchema, WorkerReport } from "@millrace/contracts";

/** One registered executor whose session is alive. A restarted process is another handle: its incarnation differs. */
export interface ExecutorHandle {
  readonly executorId: string;
  readonly incarnationId: string;
  /** Host under which peers reach its workers. */
  readonly host: string;
  /** How many workers it may run per job. */
  readonly workerSlots: number;
  /** It drains: start nothing new on it. */
  readonly stopping: boolean;
}

export type ExecutorChange =
  | { readonly kind: "joined" | "stopping"; readonly executor: ExecutorHandle }
  /** Its session ended (or it came back as a new process, which joins right after): every worker on it is lost. */
  | { readonly kind: "lost"; readonly executor: ExecutorHandle };

/** What may be sent down an executor's session by the jobs part. */
export type ExecutorCommand = Extract<
  NonNullable<MessageInitShape<typeof ExecutorSessionResponseSchema>["command"]>,
  { case: "startWorker" | "stopWorker" | "worker" }
>;

/** The live executors of this term as the jobs part sees them. Listeners are called in order of events and must not throw. */
export interface ExecutorRegistry {
  /** In order of executor id. */
  live(): readonly ExecutorHandle[];
  /** Returns the function that ends the listening. */
  onChange(listener: (change: ExecutorChange) => void): () => void;
  /** Reports of workers, in the order in which the executor sent them. */
  onReport(listener: (executorId: string, report: WorkerReport) => void): () => void;
  /**
   * Queues a command, in order. False: the executor is not live, or its queue is over its bound, which also ends its session ("lost"
   * follows): nothing else needs doing then.
   */
  send(executorId: string, command: ExecutorCommand): boolean;
}
