import { canonicalKey, type CanonicalKey, type OperatorNode } from "@millrace/model";
import { corruptState, wrongResult } from "../errors.ts";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import { forEachResult } from "../operators/iterate.ts";
import type { KeyedCell } from "../operators/senders.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { InitialState } from "../state/initial-state.ts";
import { columnsOf, hasStarted, type Stateful } from "../state/stateful.ts";
import { Grouping } from "./group-root.ts";
import type { RootOperator } from "./root.ts";

const STATE_VERSION = 1;

/**
 * `updateStateByKey`: at every batch the function sees every key that has state and every key with new values; undefined deletes the key.
 * Keys with state are visited first, in the order in which they got it, then new ones as they came: an order that a restored task repeats.
 */
export class UpdateStateRoot implements RootOperator, Stateful {
  readonly pending = false;
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "updateStateByKey" }>;
  readonly #grouping = new Grouping();
  #initial: InitialState | undefined;
  #state = new Map<CanonicalKey, KeyedCell>();
  /** True at first: that there is state, if without keys, is itself worth a snapshot (an absent batch then visits its keys). */
  #changed = true;

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "updateStateByKey" }>, initial?: InitialState) {
    this.#environment = environment;
    this.#initial = initial;
  }

  receive(rows: Rows): void {
    this.#grouping.receive(rows);
  }

  endBatch(emit: Emit): void {
    const { batch, operator, counts } = this.#environment;
    if (!batch.isPresent(operator.id)) return;
    for (const [canonical, key, value] of this.#initial?.() ?? []) this.#state.set(canonical, { key, value });
    this.#initial = undefined;
    const visits = this.#visits();
    if (visits.length > 0) this.#changed = true;
    this.#state = operator.form === "iterator" ? this.#runIterator(visits) : this.#runPerKey(visits);
    for (const cell of this.#state.values()) {
      counts.recordsOut++;
      emit([cell.key, cell.value], NaN);
    }
  }

  /** [key, new values, state] of every key to visit. */
  #visits(): [key: unknown, values: readonly unknown[], state: unknown][] {
    const groups = this.#grouping.take();
    const visits: [unknown, readonly unknown[], unknown][] = [];
    for (const [canonical, cell] of this.#state) {
      visits.push([cell.key, groups.get(canonical)?.values ?? [], cell.value]);
      groups.delete(canonical);
    }
    for (const group of groups.values()) visits.push([group.key, group.values, undefined]);
    return visits;
  }

  #runPerKey(visits: readonly [unknown, readonly unknown[], unknown][]): Map<CanonicalKey, KeyedCell> {
    const { operator, batch } = this.#environment;
    const f = this.#environment.required("f");
    const keyed = operator.form === "keyed";
    const next = new Map<CanonicalKey, KeyedCell>();
    for (const [key, values, state] of visits) {
      let value: unknown;
      try {
        value = keyed ? f(batch.timeMs, key, values, state) : f(values, state);
      } catch (error) {
        this.#environment.fail("f", error);
      }
      if (value !== undefined) next.set(canonicalKey(key), { key, value });
    }
    return next;
  }

  #runIterator(visits: readonly [unknown, readonly unknown[], unknown][]): Map<CanonicalKey, KeyedCell> {
    const f = this.#environment.required("f");
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
    return this.#state.size;
  }

  takeChanged(): boolean {
    if (this.#initial !== undefined) return false; // the first batch is still to come
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  save(): unknown {
    const cells = Array.from(this.#state.values());
    return {
      version: STATE_VERSION,
      started: this.#initial === undefined,
      columns: [cells.map((cell) => cell.key), cells.map((cell) => cell.value)],
    };
  }

  load(saved: unknown): void {
    const columns = columnsOf(saved, STATE_VERSION, 2);
    if (columns === undefined) throw corruptState(this.#environment.operator.id, "it is no keyed state of this version");
    if (!hasStarted(saved)) return;
    const [keys = [], values = []] = columns;
    this.#initial = undefined;
    this.#state = new Map(keys.map((key, index) => [canonicalKey(key), { key, value: values[index] }]));
  }
}
