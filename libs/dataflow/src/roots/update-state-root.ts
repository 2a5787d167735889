import { canonicalKey, type CanonicalKey, type OperatorNode } from "@millrace/model";
import { wrongResult } from "../errors.ts";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import { forEachResult } from "../operators/iterate.ts";
import type { KeyedCell } from "../operators/senders.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { InitialState } from "../state/initial-state.ts";
import type { KeyedTable } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import { Grouping } from "./group-root.ts";
import type { RootOperator } from "./root.ts";

/**
 * `updateStateByKey`: at every batch the function sees every key that has state and every key with new values; undefined deletes the key.
 * Keys with state are visited first, in the order in which they got it, then new ones as they came: an order that a restored task repeats.
 */
export class UpdateStateRoot implements RootOperator, Stateful {
  readonly pending = false;
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "updateStateByKey" }>;
  readonly #grouping = new Grouping();
  #initial: InitialState | undefined;
  readonly #table: KeyedTable<unknown>;
  readonly state: TaskState;

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "updateStateByKey" }>, state: TaskState, initial?: InitialState) {
    this.#environment = environment;
    this.#initial = initial;
    this.state = state;
    this.#table = state.table("states");
    this.state.started = initial === undefined;
    this.state.touch(); // That there is state, if without keys, is itself worth a snapshot (an absent batch then visits its keys).
  }

  receive(rows: Rows): void {
    this.#grouping.receive(rows);
  }

  endBatch(emit: Emit): void {
    const { batch, operator, counts } = this.#environment;
    if (!batch.isPresent(operator.id)) return;
    for (const [canonical, key, value] of this.#initial?.() ?? []) this.#table.set(canonical, key, value);
    this.#initial = undefined;
    this.state.started = true;
    if (operator.form === "iterator") this.#runIterator();
    else this.#runPerKey();
    for (const { key, value } of this.#table.values()) {
      counts.recordsOut++;
      emit([key, value], NaN);
    }
  }

  #runPerKey(): void {
    const groups = this.#grouping.take();
    for (const [canonical, { key, value }] of this.#table.entries()) {
      this.#apply(canonical, { key, before: value, after: this.#call(key, groups.get(canonical)?.values ?? [], value) });
      groups.delete(canonical);
    }
    for (const [canonical, { key, values }] of groups)
      this.#apply(canonical, { key, before: undefined, after: this.#call(key, values, undefined) });
  }

  #call(key: unknown, values: readonly unknown[], state: unknown): unknown {
    const { operator, batch } = this.#environment;
    const f = this.#environment.required("f");
    this.#environment.call("f").enter();
    try {
      return operator.form === "keyed" ? f(batch.timeMs, key, values, state) : f(values, state);
    } catch (error) {
      this.#environment.fail("f", error);
    }
  }

  /** A primitive that is as it was has not changed; an object may have been changed in place. */
  #apply(
    canonical: CanonicalKey,
    { key, before, after }: { readonly key: unknown; readonly before: unknown; readonly after: unknown },
  ): void {
    if (after === undefined) this.#table.delete(canonical);
    else if (typeof after === "object" || !Object.is(before, after)) this.#table.set(canonical, key, after);
  }

  /** The function sees all keys at once, and what it returns is the state, in its order. */
  #runIterator(): void {
    const groups = this.#grouping.take();
    const former: CanonicalKey[] = [];
    const visits: [key: unknown, values: readonly unknown[], state: unknown][] = [];
    for (const [canonical, { key, value }] of this.#table.entries()) {
      former.push(canonical);
      visits.push([key, groups.get(canonical)?.values ?? [], value]);
      groups.delete(canonical);
    }
    for (const group of groups.values()) visits.push([group.key, group.values, undefined]);
    const next = this.#resultsOf(visits);
    const isKept = (canonical: CanonicalKey): boolean => next.has(canonical);
    const kept = former.filter(isKept);
    const hasOrder = Array.from(next.keys(), (canonical, index) => index >= kept.length || kept[index] === canonical).every(Boolean);
    for (const canonical of former) if (!hasOrder || !isKept(canonical)) this.#table.delete(canonical);
    for (const [canonical, { key, value }] of next) this.#table.set(canonical, key, value);
  }

  #resultsOf(visits: readonly (readonly [unknown, readonly unknown[], unknown])[]): Map<CanonicalKey, KeyedCell> {
    const f = this.#environment.required("f");
    this.#environment.call("f").enter();
    let results: unknown;
    try {
      results = f(visits);
    } catch (error) {
      this.#environment.fail("f", error);
    }
    const next = new Map<CanonicalKey, KeyedCell>();
    forEachResult(this.#environment, "f", results, (item) => {
      if (!Array.isArray(item) || item.length !== 2) throw wrongResult(this.#environment.operator, "[key, state] pairs", item);
      const [key, value] = item as [unknown, unknown];
      if (value !== undefined) next.set(canonicalKey(key), { key, value });
    });
    return next;
  }

  get keyCount(): number {
    return this.#table.size;
  }

  restored(): void {
    if (this.state.started) this.#initial = undefined;
  }
}
