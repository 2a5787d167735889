import { AppError, type CanonicalKey, type OperatorNode } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import { forEachResult } from "../operators/iterate.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { KeyedTable, ValueForm } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import { TimerIndex } from "../state/timer-index.ts";
import { evictUntil } from "./evict-until.ts";
import { GroupState } from "./group-state.ts";
import type { RootOperator } from "./root.ts";
import { TimeGroups } from "./time-groups.ts";

interface Held {
  /** Undefined: only a time-out is held. */
  readonly value: unknown;
  readonly timeoutMs: number | undefined;
}

/** null is a state: whether there is one is said apart. */
const FORM: ValueForm<Held> = {
  save: ({ value, timeoutMs }) => [value !== undefined, value, timeoutMs ?? null],
  load: (saved) => {
    const [isHeld, value, timeoutMs] = saved as readonly [boolean, unknown, number | null];
    return { value: isHeld ? value : undefined, timeoutMs: timeoutMs ?? undefined };
  },
};

/**
 * `mapGroupsWithState`: the function is called once per key with new values, then once, without values, for each key whose time-out has passed (strictly): wm(t), or
 * the batch's time. A call clears the key's time-out; a key without state and time-out is forgotten.
 */
export class GroupStateRoot implements RootOperator, Stateful {
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "mapGroupsWithState" }>;
  readonly #state: GroupState;
  readonly #table: KeyedTable<Held>;
  readonly #timeouts: TimerIndex;
  readonly state: TaskState;
  readonly #groups = new TimeGroups();

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "mapGroupsWithState" }>, state: TaskState) {
    this.#environment = environment;
    this.state = state;
    this.#table = state.table("groups", FORM);
    this.#timeouts = new TimerIndex(state.memory);
    this.#state = new GroupState(environment.operator.id, environment.operator.timeout);
  }

  receive(rows: Rows): void {
    this.#groups.receive(rows);
  }

  endBatch(emit: Emit): void {
    const { batch, operator } = this.#environment;
    if (!batch.isPresent(operator.id)) return;
    const until = evictUntil(batch, operator.id);
    this.#state.begin({ watermarkMs: until, batchTimeMs: batch.timeMs });
    for (const [canonical, { key, values }] of this.#groups.take()) this.#visit(canonical, { key, values, timedOut: false }, emit);
    const threshold = operator.timeout === "batch" ? batch.timeMs : until;
    if (operator.timeout === "none" || threshold === undefined) return;
    for (const { canonical, key } of this.#timeouts.takeDue(threshold, true))
      this.#visit(canonical, { key, values: [], timedOut: true }, emit);
  }

  #visit(
    canonical: CanonicalKey,
    { key, values, timedOut }: { readonly key: unknown; readonly values: readonly unknown[]; readonly timedOut: boolean },
    emit: Emit,
  ): void {
    const { operator } = this.#environment;
    const held = this.#table.get(canonical)?.value;
    this.#state.show(held?.value, timedOut);
    const result = this.#call(key, values);
    if (operator.many) forEachResult(this.#environment, "f", result, (item) => this.#emit(item, emit));
    else if (result !== undefined) this.#emit(result, emit);
    const { timeoutMs } = this.#state;
    const value = this.#state.getOption();
    if (held?.timeoutMs !== undefined && held.timeoutMs !== timeoutMs) this.#timeouts.delete(held.timeoutMs, canonical);
    if (value === undefined && timeoutMs === undefined) this.#table.delete(canonical);
    else this.#table.set(canonical, key, { value, timeoutMs });
    if (timeoutMs !== undefined) this.#timeouts.set(timeoutMs, canonical, key);
  }

  #call(key: unknown, values: readonly unknown[]): unknown {
    const f = this.#environment.required("f");
    this.#environment.call("f").enter();
    try {
      return f(key, values, this.#state);
    } catch (error) {
      if (error instanceof AppError && error.code.startsWith("state-")) throw error;
      this.#environment.fail("f", error);
    }
  }

  #emit(element: unknown, emit: Emit): void {
    this.#environment.counts.recordsOut++;
    emit(element, NaN);
  }

  get pending(): boolean {
    return this.#environment.operator.timeout === "event" && this.#timeouts.size > 0;
  }

  get keyCount(): number {
    return this.#table.size;
  }

  restored(): void {
    for (const [canonical, { key, value }] of this.#table.entries())
      if (value.timeoutMs !== undefined) this.#timeouts.set(value.timeoutMs, canonical, key);
  }
}
