import { canonicalKey, type OperatorNode } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { KeyedTable } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import { TimerIndex } from "../state/timer-index.ts";
import { evictUntil } from "./evict-until.ts";
import type { RootOperator } from "./root.ts";

/**
 * `dropDuplicates`: the first element of a key in order of (source task, record) passes, with its event time; the key is held until the watermark has passed the
 * element's time (plus the watermark's delay, for "watermark"), or for ever, or for a time to live. A duplicate does not extend it. What is forgotten in a
 * batch is forgotten after its records.
 */
export class DedupRoot implements RootOperator, Stateful {
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "dropDuplicates" }>;
  readonly #delayMs: number;
  /** Time at which each key is forgotten; Infinity: never. */
  readonly #table: KeyedTable<number>;
  readonly #expiries: TimerIndex;
  readonly state: TaskState;
  #blocks: Rows[] = [];

  /** `delayMs`: of the watermark above. */
  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "dropDuplicates" }>, state: TaskState, delayMs: number) {
    this.#environment = environment;
    this.state = state;
    this.#table = state.table("keys");
    this.#expiries = new TimerIndex(state.memory);
    this.#delayMs = delayMs;
  }

  receive(rows: Rows): void {
    this.#blocks.push(rows);
  }

  endBatch(emit: Emit): void {
    const { batch, operator, counts } = this.#environment;
    const blocks = this.#blocks;
    this.#blocks = [];
    if (!batch.isPresent(operator.id)) return;
    // A time to live is over at its very time, before the records of the batch; a watermark forgets after them.
    if (operator.until === "ever") this.#forget(batch.timeMs);
    for (const { keys, values, numbers } of blocks) {
      for (let index = 0; index < values.length; index++) {
        const canonical = canonicalKey(keys[index]);
        if (this.#table.get(canonical) !== undefined) continue;
        const time = numbers[index] ?? NaN;
        this.#remember(canonical, keys[index], time);
        counts.recordsOut++;
        emit(values[index], time);
      }
    }
    const until = evictUntil(batch, operator.id);
    if (operator.until !== "ever" && until !== undefined) this.#forget(until);
  }

  #remember(canonical: Parameters<KeyedTable<number>["get"]>[0], key: unknown, time: number): void {
    const expiresMs = this.#expiryOf(time);
    this.#table.set(canonical, key, expiresMs);
    if (expiresMs !== Infinity) this.#expiries.set(expiresMs, canonical, key);
  }

  #expiryOf(time: number): number {
    const { batch, operator } = this.#environment;
    switch (operator.until) {
      case "watermark":
        return time + this.#delayMs;
      case "eventTime":
        return time;
      case "ever":
        return operator.ttlMs === undefined ? Infinity : batch.timeMs + operator.ttlMs;
    }
  }

  #forget(until: number): void {
    for (const { canonical } of this.#expiries.takeDue(until)) this.#table.delete(canonical);
  }

  get pending(): boolean {
    return this.#expiries.size > 0 && this.#environment.operator.until !== "ever";
  }

  get keyCount(): number {
    return this.#table.size;
  }

  restored(): void {
    for (const [canonical, { key, value: expiresMs }] of this.#table.entries())
      if (expiresMs !== Infinity) this.#expiries.set(expiresMs, canonical, key);
  }
}
