import { stateAbsent, stateIllegalCall } from "../errors.ts";

/** What the function of `mapGroupsWithState` sees as the state of its key. One object serves all calls of a task. */
export class GroupState {
  readonly #operatorId: string;
  readonly #timeout: "none" | "event" | "batch";
  #value: unknown;
  #timedOut = false;
  #watermarkMs: number | undefined;
  #batchTimeMs = 0;
  #timeoutMs: number | undefined;

  constructor(operatorId: string, timeout: "none" | "event" | "batch") {
    this.#operatorId = operatorId;
    this.#timeout = timeout;
  }

  /** Before a batch. */
  begin(times: { readonly watermarkMs: number | undefined; readonly batchTimeMs: number }): void {
    this.#watermarkMs = times.watermarkMs;
    this.#batchTimeMs = times.batchTimeMs;
  }

  /** Before a call: the state as it is, undefined for none. Each call starts without a time-out. */
  show(value: unknown, timedOut: boolean): void {
    this.#value = value;
    this.#timedOut = timedOut;
    this.#timeoutMs = undefined;
  }

  /** Time-out that the last call set. */
  get timeoutMs(): number | undefined {
    return this.#timeoutMs;
  }

  get hasTimedOut(): boolean {
    return this.#timedOut;
  }

  get currentWatermark(): number | undefined {
    return this.#watermarkMs;
  }

  get currentBatchTime(): number {
    return this.#batchTimeMs;
  }

  exists(): boolean {
    return this.#value !== undefined;
  }

  get(): unknown {
    if (this.#value === undefined) throw stateAbsent(this.#operatorId);
    return this.#value;
  }

  getOption(): unknown {
    return this.#value;
  }

  update(value: unknown): void {
    if (value === undefined) throw stateIllegalCall(this.#operatorId, "Cannot update the state to undefined: call remove()");
    this.#value = value;
  }

  remove(): void {
    this.#value = undefined;
    this.#timeoutMs = undefined;
  }

  setTimeoutDuration(ms: number): void {
    if (this.#timeout !== "batch")
      throw stateIllegalCall(
        this.#operatorId,
        'Cannot set timeout duration without a time-out in batch time: give the operator { timeout: "batch" }',
      );
    if (!Number.isSafeInteger(ms) || ms < 1)
      throw stateIllegalCall(this.#operatorId, "Timeout duration must be whole milliseconds above 0");
    this.#timeoutMs = this.#batchTimeMs + ms;
  }

  setTimeoutTimestamp(timeMs: number): void {
    if (this.#timeout !== "event")
      throw stateIllegalCall(
        this.#operatorId,
        'Cannot set timeout timestamp without a time-out in event time: give the operator { timeout: "event" }',
      );
    if (!Number.isFinite(timeMs)) throw stateIllegalCall(this.#operatorId, "Timeout timestamp must be a finite time");
    if (this.#watermarkMs !== undefined && timeMs < this.#watermarkMs) {
      const message = `Timeout timestamp (${timeMs}) cannot be earlier than the current watermark (${this.#watermarkMs}): it would never be waited for`;
      throw stateIllegalCall(this.#operatorId, message);
    }
    this.#timeoutMs = timeMs;
  }
}
