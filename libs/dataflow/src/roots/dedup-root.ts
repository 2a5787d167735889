import { canonicalKey, type OperatorNode } from "@millrace/model";
import { corruptState } from "../errors.ts";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { Rows } from "../shuffle/rows.ts";
import { KeyedTable } from "../state/keyed-table.ts";
import { columnsOf, type Stateful } from "../state/stateful.ts";
import { TimerIndex } from "../state/timer-index.ts";
import { evictUntil } from "./evict-until.ts";
import type { RootOperator } from "./root.ts";

const STATE_VERSION = 1;

/**
 * `dropDuplicates`: the first element of a key in order of (source task, record) passes, with its event time; the key is held until the watermark has passed the
 * element's time (plus the watermark's delay, for "watermark"), or for ever, or for a time to live. A duplicate does not extend it. What is forgotten in a
 * batch is forgotten after its records.
 */
export class DedupRoot implements RootOperator, Stateful {
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "dropDuplicates" }>;
  readonly #delayMs: number;
  /** Time at which each key is forgotten; Infinity: never. */
  readonly #table = new KeyedTable<number>();
  readonly #expiries = new TimerIndex();
  #blocks: Rows[] = [];

  /** `delayMs`: of the watermark above. */
  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "dropDuplicates" }>, delayMs: number) {
    this.#environment = environment;
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

  takeChanged(): boolean {
    return this.#table.takeChanged();
  }

  save(): unknown {
    return { version: STATE_VERSION, columns: this.#table.save() };
  }

  load(saved: unknown): void {
    const columns = columnsOf(saved, STATE_VERSION, 2);
    if (columns === undefined) throw corruptState(this.#environment.operator.id, "it is no set of keys of this version");
    const [keys = [], expiries = []] = columns;
    this.#table.load(keys, expiries.map(Number));
    for (const [index, key] of keys.entries()) {
      const expiresMs = Number(expiries[index]);
      if (expiresMs !== Infinity) this.#expiries.set(expiresMs, canonicalKey(key), key);
    }
  }
}
