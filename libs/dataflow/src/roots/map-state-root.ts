import { AppError, canonicalKey, type OperatorNode } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { InitialState } from "../state/initial-state.ts";
import type { KeyedTable, ValueForm } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import { KeyState } from "./key-state.ts";
import type { RootOperator } from "./root.ts";

interface StateCell {
  readonly value: unknown;
  readonly stampMs: number;
}

const FORM: ValueForm<StateCell> = {
  save: ({ value, stampMs }) => [value, stampMs],
  load: (saved) => {
    const [value, stampMs] = saved as readonly [unknown, number];
    return { value, stampMs };
  },
};

/**
 * `mapWithState`: the function is called once per record, in order of (source task, record), with the state of the record's key. With a time-out, keys
 * whose last touch is older than it are called once more without a value, after the records of the batch, and forgotten. They are found without
 * looking at the others: a touched key moves to the end of the map, so the map is in order of stamps.
 */
export class MapStateRoot implements RootOperator, Stateful {
  readonly pending = false;
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "mapWithState" }>;
  readonly #batchIntervalMs: number;
  readonly #state: KeyState;
  readonly state: TaskState;
  #initial: InitialState | undefined;
  readonly #cells: KeyedTable<StateCell>;
  #blocks: Rows[] = [];

  constructor(options: {
    readonly environment: OperatorEnvironment<OperatorNode & { kind: "mapWithState" }>;
    readonly state: TaskState;
    readonly initial: InitialState | undefined;
    readonly batchIntervalMs: number;
  }) {
    this.#environment = options.environment;
    this.#initial = options.initial;
    this.#batchIntervalMs = options.batchIntervalMs;
    this.#state = new KeyState(options.environment.operator.id);
    this.state = options.state;
    this.#cells = options.state.table("states", FORM);
    this.state.started = options.initial === undefined;
    this.state.touch(); // That there is state, if without keys, is itself worth a snapshot.
  }

  receive(rows: Rows): void {
    this.#blocks.push(rows);
  }

  endBatch(emit: Emit): void {
    const { batch, operator } = this.#environment;
    const blocks = this.#blocks;
    this.#blocks = [];
    if (!batch.isPresent(operator.id)) return;
    this.#takeInitial(batch.timeMs);
    for (const { keys, values } of blocks) {
      for (let index = 0; index < values.length; index++) this.#onRecord(keys[index], values[index], emit);
    }
    if (operator.timeoutMs !== undefined && this.#looksForIdle()) this.#timeOut(batch.timeMs - operator.timeoutMs, emit);
  }

  /** Every live [key, state]. */
  *live(): Iterable<readonly [unknown, unknown]> {
    for (const { key, value } of this.#cells.values()) yield [key, value.value];
  }

  /** The initial state counts as touched in the first batch. */
  #takeInitial(stampMs: number): void {
    for (const [canonical, key, value] of this.#initial?.() ?? []) this.#cells.set(canonical, key, { value, stampMs });
    this.#initial = undefined;
    this.state.started = true;
  }

  #onRecord(key: unknown, value: unknown, emit: Emit): void {
    const { batch, operator } = this.#environment;
    const canonical = canonicalKey(key);
    const cell = this.#cells.get(canonical);
    const state = this.#state;
    state.show(cell?.value.value, false);
    this.#call(key, value, emit);
    if (state.removed) {
      this.#cells.delete(canonical);
      return;
    }
    const touches = operator.timeoutMs !== undefined && cell !== undefined;
    if (!state.updated && !touches) return;
    if (operator.timeoutMs !== undefined) this.#cells.delete(canonical); // to the end: cells stay in order of stamps
    this.#cells.set(canonical, cell === undefined ? key : cell.key, { value: state.getOption(), stampMs: batch.timeMs });
  }

  #looksForIdle(): boolean {
    const { batch, operator } = this.#environment;
    return operator.timeoutCheckMs === undefined || (batch.batch * this.#batchIntervalMs) % operator.timeoutCheckMs === 0;
  }

  #timeOut(beforeMs: number, emit: Emit): void {
    for (const [canonical, { key, value }] of this.#cells.entries()) {
      if (value.stampMs >= beforeMs) return;
      this.#state.show(value.value, true);
      this.#call(key, undefined, emit);
      this.#cells.delete(canonical);
    }
  }

  #call(key: unknown, value: unknown, emit: Emit): void {
    const { batch, counts } = this.#environment;
    const f = this.#environment.required("f");
    this.#environment.call("f").enter();
    let result: unknown;
    try {
      result = f(batch.timeMs, key, value, this.#state);
    } catch (error) {
      if (error instanceof AppError && error.code.startsWith("state-")) throw error;
      this.#environment.fail("f", error);
    }
    if (result === undefined) return;
    counts.recordsOut++;
    emit(result, NaN);
  }

  get keyCount(): number {
    return this.#cells.size;
  }

  restored(): void {
    if (this.state.started) this.#initial = undefined;
  }
}
