import { AppError, type CanonicalKey, type OperatorNode } from "@millrace/model";
import { emittedInThePast, stateIllegalCall } from "../errors.ts";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import { forEachResult } from "../operators/iterate.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { InitialState } from "../state/initial-state.ts";
import type { KeyedTable, ValueForm } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import { TimerIndex } from "../state/timer-index.ts";
import { evictUntil } from "./evict-until.ts";
import {
  emptyVariables,
  expire,
  expiriesOf,
  isEmpty,
  loadVariables,
  saveVariables,
  variableHandle,
  type Variables,
} from "./process-variables.ts";
import type { RootOperator } from "./root.ts";
import { TimeGroups } from "./time-groups.ts";

interface Held {
  readonly variables: Variables;
  readonly timers: Set<number>;
}

interface Call {
  readonly name: "onRecords" | "onTimer" | "onInitialState";
  readonly argument: unknown;
  /** Event time of what is emitted; NaN: none. */
  readonly timeMs: number;
}

const FORM: ValueForm<Held> = {
  save: ({ variables, timers }) => [saveVariables(variables), [...timers]],
  load: (saved) => {
    const [variables, timers] = saved as readonly [unknown, readonly number[]];
    return { variables: loadVariables(variables), timers: new Set(timers) };
  },
};

/**
 * `process`: the user's functions see each key with new values once a batch, in order of arrival, then each timer that is due (time ≤ wm(t), or ≤ the batch's time), in
 * order of (time, key); a timer set for a past time by a timer waits for the next batch. Variables that have outlived their ttl go before anything
 * else in a batch, so that no read needs to look. A key goes with its last variable and timer.
 */
export class ProcessRoot implements RootOperator, Stateful {
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "process" }>;
  readonly #table: KeyedTable<Held>;
  readonly #timers: TimerIndex;
  readonly #sweeps: TimerIndex;
  readonly state: TaskState;
  readonly #groups = new TimeGroups();
  readonly #context: object;
  #initial: InitialState | undefined;
  /** The key in hand. */
  #canonical: CanonicalKey = null;
  #key: unknown;
  #held: Held = { variables: emptyVariables(), timers: new Set() };
  #emitted: { readonly timeMs: number; readonly element: unknown }[] = [];

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "process" }>, state: TaskState, initial: InitialState | undefined) {
    this.#environment = environment;
    this.state = state;
    this.state.started = initial === undefined;
    this.#table = state.table("variables", FORM);
    this.#timers = new TimerIndex(state.memory);
    this.#sweeps = new TimerIndex(state.memory);
    this.#initial = initial;
    this.#context = this.#createContext();
  }

  receive(rows: Rows): void {
    this.#groups.receive(rows);
  }

  endBatch(emit: Emit): void {
    const { batch, operator } = this.#environment;
    if (!batch.isPresent(operator.id)) return;
    this.#sweep(batch.timeMs);
    const initial = this.#initial?.() ?? [];
    if (this.#initial !== undefined) this.state.touch();
    this.#initial = undefined;
    this.state.started = true;
    for (const [canonical, key, value] of initial)
      this.#visit(canonical, key, { name: "onInitialState", argument: value, timeMs: NaN }, emit);
    for (const [canonical, { key, values, maxMs }] of this.#groups.take())
      this.#visit(canonical, key, { name: "onRecords", argument: values, timeMs: maxMs }, emit);
    const until = operator.timers === "batch" ? batch.timeMs : evictUntil(batch, operator.id);
    if (operator.timers === "none" || until === undefined) return;
    const due = this.#timers.takeDue(until);
    for (const { timeMs, canonical, key } of due) {
      // Deleted meanwhile, by a timer that fired before it.
      if (this.#table.get(canonical)?.value.timers.delete(timeMs) !== true) continue;
      this.#visit(canonical, key, { name: "onTimer", argument: timeMs, timeMs: this.#timeOfTimer(timeMs) }, emit);
    }
  }

  /** What a timer emits carries the timer's time, or the least that is not late for those who follow. */
  #timeOfTimer(timeMs: number): number {
    const { batch, operator } = this.#environment;
    if (operator.timers !== "event") return NaN;
    return Math.max(timeMs, batch.watermarksOf(operator.id).lateMs ?? -Infinity);
  }

  #sweep(nowMs: number): void {
    for (const { canonical, key } of this.#sweeps.takeDue(nowMs)) {
      const held = this.#table.get(canonical)?.value;
      if (held === undefined) continue;
      expire(held.variables, this.#environment.operator.variables, nowMs);
      this.#keep(canonical, key, held);
    }
  }

  #visit(canonical: CanonicalKey, key: unknown, call: Call, emit: Emit): void {
    this.#canonical = canonical;
    this.#key = key;
    this.#held = this.#table.get(canonical)?.value ?? { variables: emptyVariables(), timers: new Set() };
    const result = this.#call(call);
    this.#keep(canonical, key, this.#held);
    const { counts } = this.#environment;
    if (result !== undefined && call.name !== "onInitialState") {
      forEachResult(this.#environment, call.name, result, (element) => this.#emitted.push({ timeMs: call.timeMs, element }));
    }
    const emitted = this.#emitted;
    this.#emitted = [];
    counts.recordsOut += emitted.length;
    for (const { timeMs, element } of emitted) emit(element, timeMs);
  }

  #call({ name, argument }: Call): unknown {
    const f = name === "onRecords" ? this.#environment.required(name) : this.#environment.optional(name);
    this.#environment.call(name).enter();
    try {
      return f?.(this.#key, argument, this.#context);
    } catch (error) {
      if (error instanceof AppError && (error.code.startsWith("state-") || error.code === "emitted-in-the-past")) throw error;
      this.#environment.fail(name, error);
    }
  }

  #keep(canonical: CanonicalKey, key: unknown, held: Held): void {
    if (isEmpty(held.variables) && held.timers.size === 0) this.#table.delete(canonical);
    else this.#table.set(canonical, key, held);
  }

  /** What user code is given; it reads the key in hand. */
  #createContext(): object {
    const { batch, operator } = this.#environment;
    const access = {
      current: () => this.#held.variables,
      written: (ttlMs: number | undefined): number => {
        if (ttlMs !== undefined) this.#sweeps.set(batch.timeMs + ttlMs, this.#canonical, this.#key);
        return batch.timeMs;
      },
    };
    const state = Object.fromEntries(
      Object.entries(operator.variables).map(([name, variable]) => [name, variableHandle(name, variable, access)]),
    );
    const watermark = (): number | undefined => evictUntil(batch, operator.id);
    return {
      state,
      timers: {
        set: (timeMs: number) => this.#setTimer(timeMs),
        delete: (timeMs: number) => {
          if (this.#held.timers.delete(timeMs)) this.#timers.delete(timeMs, this.#canonical);
        },
        list: () => [...this.#held.timers].sort((left, right) => left - right),
      },
      emitAt: (timeMs: number, element: unknown) => this.#emitAt(timeMs, element),
      get batchTime() {
        return batch.timeMs;
      },
      get watermark() {
        return watermark();
      },
    };
  }

  #setTimer(timeMs: number): void {
    const { operator } = this.#environment;
    if (operator.timers === "none")
      throw stateIllegalCall(operator.id, 'Cannot set a timer: give the operator { timers: "event" } or { timers: "batch" }');
    if (!Number.isFinite(timeMs)) throw stateIllegalCall(operator.id, "Cannot set a timer for a time that is not a finite number");
    this.#held.timers.add(timeMs);
    this.#timers.set(timeMs, this.#canonical, this.#key);
  }

  #emitAt(timeMs: number, element: unknown): void {
    const { batch, operator } = this.#environment;
    const { lateMs } = batch.watermarksOf(operator.id);
    if (lateMs !== undefined && timeMs < lateMs) throw emittedInThePast(operator.id, { timeMs, watermarkMs: lateMs });
    this.#emitted.push({ timeMs, element });
  }

  get pending(): boolean {
    return this.#environment.operator.timers === "event" && this.#timers.size > 0;
  }

  get keyCount(): number {
    return this.#table.size;
  }

  restored(): void {
    if (this.state.started) this.#initial = undefined;
    const { variables: declared } = this.#environment.operator;
    for (const [canonical, { key, value }] of this.#table.entries()) {
      for (const timeMs of value.timers) this.#timers.set(timeMs, canonical, key);
      for (const timeMs of expiriesOf(value.variables, declared)) this.#sweeps.set(timeMs, canonical, key);
    }
  }
}
