import type { LeaderEpoch } from "@millrace/model";
import { sleep } from "@millrace/ports";
import { createDeferred, type Deferred } from "@millrace/stdx";
import {
  applyRecord,
  type CoordinatorState,
  createCoordinatorState,
  handle,
  type TransactionEntry,
  type TransactionEvent,
  type TransactionRecord,
  type TransactionRequest,
  type TransactionResponse,
  transactionErrors,
  unfinishedEffects,
  type WriteMarkers,
} from "@millrace/transactions";
import { brokerErrors } from "../errors.ts";
import {
  COMPLETE_ATTEMPTS_PER_WARNING,
  COMPLETE_RETRY_MS_FIRST,
  COMPLETE_RETRY_MS_MAX,
  MARKERS_WAIT_MS,
  TRANSACTION_CHECK_MS,
} from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { TransactionClock } from "./transaction-clock.ts";
import type { TransactionHold } from "./transaction-hold.ts";
import { TransactionLog } from "./transaction-log.ts";

/** A transaction on its way from the decision to the record that completes it. */
interface Ending {
  /** Every partition has its marker: nothing can change the outcome, and committed readers see it. */
  readonly written: Deferred<void>;
  /** It is in the log: the id is free for the next one. */
  readonly completed: Deferred<void>;
}

interface CoordinatorContext {
  readonly ports: BrokerPorts;
  /** Resolves when every partition has its marker. */
  readonly writeMarkers: (effect: WriteMarkers, of: { coordinatorEpoch: number; signal: AbortSignal }) => Promise<void>;
  readonly hold: TransactionHold;
}

/**
 * The transaction coordinator of one partition of the transaction log, for one leader epoch: performs what the engine decides. Events of one transactional id
 * are handled one after another; a decision takes effect, and is answered, when its records are committed.
 */
export class TransactionCoordinator {
  readonly #context: CoordinatorContext;
  readonly #epoch: LeaderEpoch;
  readonly #log: TransactionLog;
  readonly #state: CoordinatorState = createCoordinatorState();
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #ending = new Map<string, Ending>();
  readonly #stop = new AbortController();
  #clock: TransactionClock;
  #timer: { cancel(): void } | undefined;

  constructor(partition: LocalPartition, epoch: LeaderEpoch, context: CoordinatorContext) {
    this.#epoch = epoch;
    this.#context = context;
    this.#log = new TransactionLog(partition, context.ports);
    this.#clock = new TransactionClock(context.ports.clock, this.#state);
  }

  /** Reads the log; goes on with markers that a former leader decided. */
  start(): void {
    this.#log.replay(this.#state);
    this.#clock = new TransactionClock(this.#context.ports.clock, this.#state);
    for (const effect of unfinishedEffects(this.#state)) this.#perform(effect);
    this.#scheduleCheck();
  }

  stop(): void {
    this.#stop.abort();
    this.#timer?.cancel();
    for (const { written, completed } of this.#ending.values()) {
      written.resolve();
      completed.resolve();
    }
    this.#ending.clear();
  }

  /** The ids that are coordinated here. */
  get entries(): ReadonlyMap<string, TransactionEntry> {
    return this.#state.entries;
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /**
   * Handles a request to its end: with `afterMarkers` it waits for them, a while, and asks the engine again. Who ended the transaction need not wait for the record that
   * completes it: were it lost, the next coordinator would write the same markers again. A request that comes after the answer comes after that record.
   */
  async submit(request: TransactionRequest): Promise<Exclude<TransactionResponse, { kind: "afterMarkers" }>> {
    const { transactionalId } = request;
    for (;;) {
      const response = await this.#inOrder(transactionalId, () => this.#decide(this.#timed(request)));
      if (response.kind !== "afterMarkers") return response;
      const ending = this.#ending.get(transactionalId);
      if (ending === undefined) continue; // it was completed meanwhile
      const isEnd = request.kind === "endTransaction";
      if (!(await this.#within(isEnd ? ending.written : ending.completed)))
        return { kind: "refused", error: transactionErrors.concurrent({ transactionalId }) };
      if (isEnd) return { kind: "done" };
    }
  }

  #timed(request: TransactionRequest): TransactionEvent {
    return request.kind === "verify" ? request : { ...request, now: this.#clock.now() };
  }

  async #decide(event: TransactionEvent): Promise<TransactionResponse> {
    // A newer coordinator has replayed the log: deciding by this one's state would contradict it.
    this.#assertCoordinates(event);
    if (handle(this.#state, event).effects.length === 0) return this.#take(event);
    // It ends a transaction: a backup may hold that for a moment.
    await this.#context.hold.enter();
    try {
      this.#assertCoordinates(event);
      return await this.#take(event);
    } finally {
      this.#context.hold.leave();
    }
  }

  #assertCoordinates({ transactionalId }: { readonly transactionalId: string }): void {
    if (this.isStopped) throw brokerErrors.notTransactionCoordinator({ transactionalId });
  }

  async #take(event: TransactionEvent): Promise<TransactionResponse> {
    const step = handle(this.#state, event);
    if (step.records.length > 0) {
      await this.#log.append(step.records);
      for (const record of step.records) applyRecord(this.#state, record);
    }
    for (const effect of step.effects) this.#perform(effect);
    return step.response;
  }

  #perform(effect: WriteMarkers): void {
    const { transactionalId } = effect;
    const ending = this.#ending.get(transactionalId) ?? { written: createDeferred<void>(), completed: createDeferred<void>() };
    this.#ending.set(transactionalId, ending);
    this.#context.hold.begin();
    const work = async (): Promise<void> => {
      try {
        await this.#context.writeMarkers(effect, { coordinatorEpoch: this.#epoch, signal: this.#stop.signal });
        const completed = this.#complete(transactionalId); // in the id's queue already, before anybody hears of the markers
        ending.written.resolve();
        await completed;
      } finally {
        this.#context.hold.leave();
      }
      this.#ending.delete(transactionalId);
      ending.completed.resolve();
    };
    work().catch((error: unknown) => {
      // The next leader of the log finds the decision and goes on.
      if (!this.isStopped) this.#context.ports.logger.error("transaction could not be completed here", { transactionalId, error });
    });
  }

  /** Repeated while this broker coordinates: a full disk or a backlog passes. */
  async #complete(transactionalId: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { stored } = await this.#inOrder(transactionalId, () => Promise.resolve(this.#stageCompletion(transactionalId)));
        await stored;
        return;
      } catch (error) {
        if (this.isStopped) throw error;
        if (attempt % COMPLETE_ATTEMPTS_PER_WARNING === 1)
          this.#context.ports.logger.warn("end of a transaction is not in the log yet", { transactionalId, attempt, error });
      }
      await sleep(
        this.#context.ports.clock,
        Math.min(COMPLETE_RETRY_MS_FIRST * 2 ** Math.min(attempt, 16), COMPLETE_RETRY_MS_MAX),
        this.#stop.signal,
      );
    }
  }

  /**
   * What comes for the id next is decided behind it before it is synced. Nothing is lost with it: a later record of the id cannot be in the log without what was staged before, and says all that it said;
   * without a later one the next coordinator finds the decision, and writes the same markers again.
   */
  #stageCompletion(transactionalId: string): { readonly stored: Promise<void> } {
    this.#assertCoordinates({ transactionalId });
    const { records } = handle(this.#state, { kind: "markersWritten", transactionalId, now: this.#clock.now() });
    const unstored = records.length > 0 ? records : this.#unstored(transactionalId);
    if (unstored.length === 0) return { stored: Promise.resolve() };
    const stored = this.#log.stage(unstored);
    for (const record of unstored) applyRecord(this.#state, record);
    return { stored };
  }

  /** A completion that was staged and did not get into the log, as long as nothing has come after it. */
  #unstored(transactionalId: string): readonly TransactionRecord[] {
    const entry = this.#state.entries.get(transactionalId);
    return entry?.state === "CompleteCommit" || entry?.state === "CompleteAbort" ? [{ transactionalId, entry }] : [];
  }

  /** False when the wait is over first. */
  async #within(event: Deferred<void>): Promise<boolean> {
    const expired = createDeferred<boolean>();
    const timer = this.#context.ports.clock.setTimer(MARKERS_WAIT_MS, () => expired.resolve(false));
    const hasHappened = await Promise.race([event.promise.then(() => !this.isStopped), expired.promise]);
    timer.cancel();
    return hasHappened;
  }

  /** Runs work on an id after all work on it that came before. */
  #inOrder<T>(transactionalId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(transactionalId) ?? Promise.resolve();
    const result = before.then(work, work);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#queues.set(transactionalId, settled);
    void settled.then(() => {
      if (this.#queues.get(transactionalId) === settled) this.#queues.delete(transactionalId);
    });
    return result;
  }

  #scheduleCheck(): void {
    this.#timer = this.#context.ports.clock.setTimer(TRANSACTION_CHECK_MS, () => {
      this.#check()
        .catch((error: unknown) => this.#context.ports.logger.warn("transactions could not be checked", { error }))
        .finally(() => {
          if (!this.isStopped) this.#scheduleCheck();
        })
        .catch(() => undefined);
    });
  }

  async #check(): Promise<void> {
    const now = this.#clock.now();
    for (const { transactionalId } of [...this.#state.entries.values()]) {
      const event: TransactionEvent = { kind: "timePassed", transactionalId, now };
      const { records, effects } = handle(this.#state, event);
      if (records.length + effects.length > 0) await this.#inOrder(transactionalId, () => this.#decide(event));
    }
  }
}
