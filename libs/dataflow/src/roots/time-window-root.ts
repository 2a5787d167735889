import { canonicalKey, type CanonicalKey, type OperatorNode } from "@millrace/model";
import { assertDefined } from "@millrace/stdx";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { KeyedCell } from "../operators/senders.ts";
import { TimePanes } from "../operators/time-panes.ts";
import { binary, unary } from "../operators/user-functions.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { KeyedTable } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TableFamily, TaskState } from "../state/task-state.ts";
import { evictUntil } from "./evict-until.ts";
import type { RootOperator } from "./root.ts";

/** A result happened within its window: 1 µs before its end, so that a window of the next operator that ends here counts it. */
const RESULT_TIME_BEFORE_END_MS = 0.001;

/**
 * `aggregateByTimeWindow`: accumulators per pane and key. Append mode: a window is emitted once, in the batch in which the watermark passes its end,
 * wm(t-1) < end ≤ wm(t); nothing below wm(t-1) comes in (the sending side drops it), so which windows have been emitted needs no state. With lateness a
 * window stays that much longer, and what changes in it is emitted again. Update mode: what changed in a batch. Complete mode: everything when
 * something did. Windows come in order of time, keys in order of first appearance.
 */
export class TimeWindowRoot implements RootOperator, Stateful {
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "aggregateByTimeWindow" }>;
  readonly #panes: TimePanes;
  readonly #init: (value: unknown) => unknown;
  readonly #merge: (left: unknown, right: unknown) => unknown;
  readonly #result: (accumulator: unknown) => unknown;
  readonly #cells: TableFamily<unknown>;
  readonly state: TaskState;
  /** Panes and keys that this batch changed, where rows are emitted before they are final. */
  #touched = new Map<number, Set<CanonicalKey>>();

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "aggregateByTimeWindow" }>, state: TaskState) {
    this.#environment = environment;
    this.state = state;
    this.#cells = state.family();
    this.#panes = new TimePanes(environment.operator.window);
    this.#init = unary(environment, "init");
    this.#merge = binary(environment, "merge");
    this.#result = environment.optional("result") === undefined ? (accumulator) => accumulator : unary(environment, "result");
  }

  receive(rows: Rows): void {
    const { keys, values, numbers } = rows;
    let lastIndex = NaN;
    let cells: KeyedTable<unknown> | undefined;
    let touched: Set<CanonicalKey> | undefined;
    for (let index = 0; index < values.length; index++) {
      const pane = numbers[index] ?? NaN;
      if (cells === undefined || pane !== lastIndex) {
        cells = this.#cells.at(pane);
        touched = this.#isEarly ? this.#touchedOf(pane) : undefined;
        lastIndex = pane;
      }
      const key = keys[index];
      const canonical = canonicalKey(key);
      touched?.add(canonical);
      const cell = cells.get(canonical);
      if (cell === undefined) {
        cells.add(canonical, key, values[index]);
      } else {
        cell.value = this.#merge(cell.value, values[index]);
        cells.touch(canonical, cell);
      }
    }
  }

  endBatch(emit: Emit): void {
    const { batch, operator } = this.#environment;
    const { lateMs = -Infinity } = batch.watermarksOf(operator.id);
    const until = evictUntil(batch, operator.id);
    const touched = this.#touched;
    this.#touched = new Map();
    if (this.#cells.size === 0) return;
    const panes = this.#cells.numbers();
    if (operator.mode === "complete") {
      if (touched.size > 0) for (const window of this.#closing(panes, -Infinity, Infinity)) this.#emitWindow(window, panes, emit);
      return;
    }
    // Append: touched windows that have ended before are emitted again. Update: all touched windows that may still change.
    this.#emitTouched(touched, { panes, after: lateMs - this.#latenessMs, until: operator.mode === "update" ? Infinity : lateMs }, emit);
    if (until === undefined || until <= lateMs) return;
    if (operator.mode !== "update") for (const window of this.#closing(panes, lateMs, until)) this.#emitWindow(window, panes, emit);
    for (const pane of panes) {
      if (this.#panes.windowEnd(this.#panes.lastWindowOf(pane)) + this.#latenessMs > until) break;
      this.#cells.drop(pane);
    }
  }

  /** Whether rows are emitted before they are final. */
  get #isEarly(): boolean {
    return (this.#environment.operator.mode ?? "append") !== "append" || this.#latenessMs > 0;
  }

  get #latenessMs(): number {
    return this.#environment.operator.latenessMs ?? 0;
  }

  #touchedOf(pane: number): Set<CanonicalKey> {
    const known = this.#touched.get(pane);
    if (known !== undefined) return known;
    const touched = new Set<CanonicalKey>();
    this.#touched.set(pane, touched);
    return touched;
  }

  #emitTouched(
    touched: ReadonlyMap<number, ReadonlySet<CanonicalKey>>,
    { panes, after, until }: { readonly panes: readonly number[]; readonly after: number; readonly until: number },
    emit: Emit,
  ): void {
    const touchedPanes = Array.from(touched.keys()).sort((a, b) => a - b);
    for (const window of this.#closing(touchedPanes, after, until)) {
      const first = this.#panes.firstPaneOf(window);
      const keys = new Set<CanonicalKey>();
      for (const pane of touchedPanes.slice(lowerBound(touchedPanes, first))) {
        if (pane >= first + this.#panes.panesPerWindow) break;
        for (const key of touched.get(pane) ?? []) keys.add(key);
      }
      this.#emitWindow(window, panes, emit, keys);
    }
  }

  /** Windows over any of these panes with after < end ≤ until, in order. */
  #closing(panes: readonly number[], after: number, until: number): number[] {
    const windows: number[] = [];
    for (const pane of panes) {
      const last = this.#panes.lastWindowOf(pane);
      for (let window = Math.max(this.#panes.firstWindowOf(pane), (windows.at(-1) ?? -Infinity) + 1); window <= last; window++) {
        const end = this.#panes.windowEnd(window);
        if (end > until) return windows;
        if (end > after) windows.push(window);
      }
    }
    return windows;
  }

  #emitWindow(window: number, panes: readonly number[], emit: Emit, only?: ReadonlySet<CanonicalKey>): void {
    const start = this.#panes.windowStart(window);
    const end = this.#panes.windowEnd(window);
    const time = end - RESULT_TIME_BEFORE_END_MS;
    for (const [canonical, cell] of this.#merged(window, panes)) {
      if (only?.has(canonical) === false) continue;
      this.#environment.counts.recordsOut++;
      emit({ key: cell.key, window: { start, end }, value: this.#result(cell.value) }, time);
    }
  }

  /** Per key the merge of the window's panes, oldest first. A pane of several windows stays as it is: each window starts from `init()`. */
  #merged(window: number, panes: readonly number[]): Iterable<readonly [CanonicalKey, KeyedCell]> {
    const first = this.#panes.firstPaneOf(window);
    if (this.#panes.panesPerWindow === 1 && !this.#isEarly) return this.#cells.get(first)?.unchanged() ?? [];
    const merged = new Map<CanonicalKey, KeyedCell>();
    for (let index = lowerBound(panes, first); index < panes.length; index++) {
      const pane = assertDefined(panes[index], "pane");
      if (pane >= first + this.#panes.panesPerWindow) break;
      for (const [canonical, cell] of this.#cells.get(pane)?.entries() ?? []) {
        const known = merged.get(canonical);
        if (known === undefined) merged.set(canonical, { key: cell.key, value: this.#merge(this.#init(undefined), cell.value) });
        else known.value = this.#merge(known.value, cell.value);
      }
    }
    return merged;
  }

  get pending(): boolean {
    return this.#cells.size > 0 && this.#environment.operator.mode !== "complete";
  }

  get keyCount(): number {
    return this.state.keyCount;
  }

  restored(): void {
    // Panes are all there is.
  }
}

/** Index of the first element at or above `wanted` in a sorted list. */
function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? Infinity) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
