import { canonicalKey, type CanonicalKey, type OperatorNode } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { Combiner } from "../operators/senders.ts";
import type { KeyedCell } from "../operators/senders.ts";
import { unary } from "../operators/user-functions.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { KeyedTable, ValueForm } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import { TimerIndex } from "../state/timer-index.ts";
import type { RootOperator } from "./root.ts";

interface Accumulated {
  value: unknown;
  /** Batch time from which on it is gone; Infinity: never. */
  expiresMs: number;
}

const FORM: ValueForm<Accumulated> = {
  save: ({ value, expiresMs }) => [value, expiresMs],
  load: (saved) => {
    const [value, expiresMs] = saved as readonly [unknown, number];
    return { value, expiresMs };
  },
};

/**
 * `aggregateByKey`: one accumulator per key over all batches. Update mode emits the keys that changed, complete mode all of them when one did. With a time to live
 * a key without records for that long, in batch time, is forgotten and starts anew.
 */
export class KeyedAggregateRoot implements RootOperator, Stateful {
  readonly pending = false;
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "aggregateByKey" }>;
  readonly #combiner: Combiner;
  readonly #init: (value: unknown) => unknown;
  readonly #result: (accumulator: unknown) => unknown;
  readonly #table: KeyedTable<Accumulated>;
  readonly #expiries: TimerIndex;
  readonly state: TaskState;
  /** What the batch adds, by key in order of first appearance. */
  #batch = new Map<CanonicalKey, KeyedCell>();

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "aggregateByKey" }>, state: TaskState, combiner: Combiner) {
    this.#environment = environment;
    this.state = state;
    this.#table = state.table("totals", FORM);
    this.#expiries = new TimerIndex(state.memory);
    this.#combiner = combiner;
    this.#init = unary(environment, "init");
    this.#result = environment.optional("result") === undefined ? (accumulator) => accumulator : unary(environment, "result");
  }

  receive({ keys, values }: Rows): void {
    for (let index = 0; index < values.length; index++) {
      const canonical = canonicalKey(keys[index]);
      const known = this.#batch.get(canonical);
      if (known === undefined) this.#batch.set(canonical, { key: keys[index], value: values[index] });
      else known.value = this.#combiner.merge(known.value, values[index]);
    }
  }

  endBatch(emit: Emit): void {
    const { batch, operator } = this.#environment;
    const added = this.#batch;
    this.#batch = new Map();
    if (!batch.isPresent(operator.id)) return;
    this.#expire(batch.timeMs);
    const expiresMs = operator.ttlMs === undefined ? Infinity : batch.timeMs + operator.ttlMs;
    for (const [canonical, { key, value }] of added) {
      const known = this.#table.get(canonical);
      if (known !== undefined) this.#expiries.delete(known.value.expiresMs, canonical);
      this.#table.set(canonical, key, { value: known === undefined ? value : this.#combiner.merge(known.value.value, value), expiresMs });
      if (expiresMs !== Infinity) this.#expiries.set(expiresMs, canonical, key);
    }
    if (added.size === 0) return;
    const emitted = operator.mode === "complete" ? this.#table.entries() : added;
    for (const [canonical] of emitted) this.#emit(canonical, emit);
  }

  #emit(canonical: CanonicalKey, emit: Emit): void {
    const entry = this.#table.get(canonical);
    if (entry === undefined) return;
    this.#environment.counts.recordsOut++;
    // A copy: the accumulator itself goes on growing.
    emit([entry.key, this.#result(this.#combiner.merge(this.#init(undefined), entry.value.value))], NaN);
  }

  #expire(nowMs: number): void {
    for (const { canonical } of this.#expiries.takeDue(nowMs)) this.#table.delete(canonical);
  }

  get keyCount(): number {
    return this.#table.size;
  }

  restored(): void {
    for (const [canonical, { key, value }] of this.#table.entries())
      if (value.expiresMs !== Infinity) this.#expiries.set(value.expiresMs, canonical, key);
  }
}
