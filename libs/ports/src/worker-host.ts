/**
 * Processes that run user code, one per (job, job epoch, worker). What goes between is bytes (WorkerCommand down, WorkerReport up), but for the
 * first message. Losing one of them touches nobody else: a crash, exhausted memory or an endless loop ends that process only.
 */
export interface WorkerHost {
  /** Starts a process and sends it `init`. */
  spawn(init: WorkerInit, listener: WorkerListener): WorkerProcess;
  /** Stores a job's code where processes can import it; returns its URL. The same digest is stored once. */
  saveBundle(digest: string, bundle: Uint8Array): Promise<string>;
}

export interface WorkerInit {
  readonly jobId: string;
  readonly jobEpoch: number;
  readonly workerIndex: number;
  /** Under which peers reach this machine. */
  readonly host: string;
  /** Empty: the job has no module, and its functions are expressions of the graph. */
  readonly bundleUrl: string;
  /** The graph as the coordinator has it; the bundle must build the same. */
  readonly graphJson: string;
  readonly brokerAddresses: readonly string[];
}

export interface WorkerListener {
  onReport(report: Uint8Array): void;
  /** Once, when the process has ended for whatever reason; nothing follows. */
  onExit(exit: WorkerExit): void;
}

export interface WorkerExit {
  readonly reason: "stopped" | "crashed" | "out-of-memory" | "unresponsive" | "not-started";
  /** For people: exit code or signal, and the last lines of its stderr. */
  readonly detail: string;
  /** Of the memory that the process let be watched, as it was last seen. */
  readonly watched?: WatchedMemory;
}

/** Memory that says where a process is, and what is needed to read it. */
export interface WatchedMemory {
  readonly bytes: Uint8Array;
  /** What the process said of it, as it was given. */
  readonly legend: string;
}

export interface WorkerProcess {
  /** False: it is gone, or does not take messages any more (its queue is over the bound); kill it then. */
  send(command: Uint8Array): boolean;
  /** SIGKILL. `onExit` follows with reason "stopped". */
  kill(): void;
}

/** The other end, inside the process. */
export interface WorkerChannel {
  readonly init: WorkerInit;
  /** Commands in order; ends when the supervisor is gone: the process must end then. */
  readonly commands: AsyncIterable<Uint8Array>;
  /** Resolves when the report is handed to the operating system. */
  report(report: Uint8Array): Promise<void>;
}
