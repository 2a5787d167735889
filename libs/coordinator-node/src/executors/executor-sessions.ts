import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  CallContext,
  ExecutorSessionRequest,
  ExecutorSessionResponseSchema,
  RegisterExecutor,
  WorkerReport,
} from "@millrace/contracts";
import { BoundedQueue } from "@millrace/stdx";
import type { Clock, Fence, Logger, Timer } from "@millrace/ports";
import { errors } from "../errors.ts";
import { EXECUTOR_COMMANDS_QUEUED_MAX, EXECUTORS_MAX } from "../limits.ts";
import type { ExecutorChange, ExecutorCommand, ExecutorHandle, ExecutorRegistry } from "./executor-registry.ts";

type Response = MessageInitShape<typeof ExecutorSessionResponseSchema>;

interface SessionsSettings {
  readonly executorSessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
}

interface Session {
  executor: ExecutorHandle;
  readonly commands: BoundedQueue<Response>;
  timer: Timer;
}

/** The live executors of one term. A session that ends, for whatever reason, takes its executor's workers with it: they are started elsewhere. */
export class ExecutorSessions implements ExecutorRegistry {
  readonly #settings: SessionsSettings;
  readonly #parts: { readonly fence: Fence; readonly clock: Clock; readonly logger: Logger; brokerAddresses(): readonly string[] };
  readonly #sessions = new Map<string, Session>();
  readonly #changeListeners = new Set<(change: ExecutorChange) => void>();
  readonly #reportListeners = new Set<(executorId: string, report: WorkerReport) => void>();

  constructor(settings: SessionsSettings, parts: { fence: Fence; clock: Clock; logger: Logger; brokerAddresses(): readonly string[] }) {
    this.#settings = settings;
    this.#parts = parts;
  }

  live(): readonly ExecutorHandle[] {
    return [...this.#sessions.values()].map((session) => session.executor).sort((a, b) => (a.executorId < b.executorId ? -1 : 1));
  }

  onChange(listener: (change: ExecutorChange) => void): () => void {
    this.#changeListeners.add(listener);
    return () => void this.#changeListeners.delete(listener);
  }

  onReport(listener: (executorId: string, report: WorkerReport) => void): () => void {
    this.#reportListeners.add(listener);
    return () => void this.#reportListeners.delete(listener);
  }

  send(executorId: string, command: ExecutorCommand): boolean {
    const session = this.#sessions.get(executorId);
    if (session === undefined) return false;
    if (session.commands.tryPush({ command })) return true;
    this.#end(session, errors.slowExecutor(session.commands.size));
    return false;
  }

  /** One call of ExecutorSession, from registration to its end. */
  async *serve(requests: AsyncIterable<ExecutorSessionRequest>, context: CallContext): AsyncGenerator<Response, void, undefined> {
    const iterator = requests[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done === true || first.value.report.case !== "register") throw errors.registerFirst("executor");
    const session = this.#open(first.value.report.value);
    const onAbort = (): void => {
      this.#end(session);
    };
    context.signal.addEventListener("abort", onAbort, { once: true });
    if (context.signal.aborted) onAbort();
    void this.#read(session, iterator);
    try {
      yield* session.commands;
    } finally {
      context.signal.removeEventListener("abort", onAbort);
      this.#end(session);
    }
  }

  /** The term is over: nothing is told to listeners any more. */
  close(failure: unknown): void {
    this.#changeListeners.clear();
    this.#reportListeners.clear();
    for (const session of this.#sessions.values()) this.#end(session, failure);
  }

  #open(request: RegisterExecutor): Session {
    const { executorId, incarnationId, host, workerSlots, coordinatorEpochSeen } = request;
    const { fence, logger } = this.#parts;
    if (coordinatorEpochSeen > BigInt(fence.epoch))
      throw errors.storeRolledBack({ executor: executorId, epoch: fence.epoch, epochSeen: Number(coordinatorEpochSeen) });
    const former = this.#sessions.get(executorId);
    if (former === undefined && this.#sessions.size >= EXECUTORS_MAX) throw errors.tooManyExecutors(EXECUTORS_MAX);
    if (former !== undefined) this.#end(former, errors.sessionReplaced("executor"));
    const executor: ExecutorHandle = { executorId, incarnationId, host, workerSlots, stopping: false };
    const session: Session = {
      executor,
      commands: new BoundedQueue({ weightMax: EXECUTOR_COMMANDS_QUEUED_MAX }),
      timer: { cancel: () => undefined },
    };
    this.#watch(session);
    const { heartbeatIntervalMs, executorSessionTimeoutMs: sessionTimeoutMs } = this.#settings;
    const brokerAddresses = [...this.#parts.brokerAddresses()];
    const registered = { coordinatorEpoch: BigInt(fence.epoch), heartbeatIntervalMs, sessionTimeoutMs, brokerAddresses };
    session.commands.tryPush({ command: { case: "registered", value: registered } });
    this.#sessions.set(executorId, session);
    logger.info("coordinator.executor-registered", { executor: executorId, workerSlots });
    this.#tell({ kind: "joined", executor });
    return session;
  }

  async #read(session: Session, requests: AsyncIterator<ExecutorSessionRequest>): Promise<void> {
    try {
      for (;;) {
        const next = await requests.next();
        if (next.done === true || this.#sessions.get(session.executor.executorId) !== session) break;
        this.#watch(session);
        this.#take(session, next.value);
      }
      this.#end(session);
    } catch (error) {
      this.#end(session, error);
    }
  }

  #take(session: Session, { report }: ExecutorSessionRequest): void {
    if (report.case === "worker") {
      for (const listener of this.#reportListeners) listener(session.executor.executorId, report.value);
    } else if (report.case === "heartbeat") {
      if (report.value.stopping && !session.executor.stopping) {
        session.executor = { ...session.executor, stopping: true };
        this.#tell({ kind: "stopping", executor: session.executor });
      }
      if (!session.commands.tryPush({ command: { case: "heartbeatAck", value: {} } }))
        this.#end(session, errors.slowExecutor(session.commands.size));
    }
  }

  #watch(session: Session): void {
    const { executorSessionTimeoutMs } = this.#settings;
    session.timer.cancel();
    session.timer = this.#parts.clock.setTimer(executorSessionTimeoutMs, () => {
      this.#end(session, errors.sessionTimeout("executor", executorSessionTimeoutMs));
    });
  }

  #end(session: Session, failure?: unknown): void {
    session.timer.cancel();
    session.commands.end(failure);
    const { executor } = session;
    if (this.#sessions.get(executor.executorId) !== session) return;
    this.#sessions.delete(executor.executorId);
    this.#parts.logger.info("coordinator.executor-lost", { executor: executor.executorId, error: failure });
    this.#tell({ kind: "lost", executor });
  }

  #tell(change: ExecutorChange): void {
    for (const listener of this.#changeListeners) listener(change);
  }
}
