import type { CanonicalKey, OperatorNode } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { Combiner, KeyedCell } from "../operators/senders.ts";
import { binary } from "../operators/user-functions.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { KeyedTable } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TableFamily, TaskState } from "../state/task-state.ts";
import { KeyedFold } from "./fold-root.ts";
import type { RootOperator } from "./root.ts";

type Cells = Map<CanonicalKey, KeyedCell>;

/**
 * `reduceByKeyAndWindow`: keeps the reduction of each batch and, incrementally, the last window's values. The window of batch n holds the batches in
 * (n - W, n]; *old* and *new* of the inverse rule are set differences of two such windows, so a slide above the window needs no special case.
 */
export class ReduceWindowRoot implements RootOperator, Stateful {
  readonly pending = false;
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "reduceByKeyAndWindow" }>;
  readonly #combiner: Combiner;
  readonly #fold: KeyedFold;
  readonly #window: number;
  readonly #slide: number;
  readonly state: TaskState;
  /** Reductions by number of batch. */
  readonly #batches: TableFamily<unknown>;
  readonly #values: KeyedTable<unknown>;

  constructor(options: {
    readonly environment: OperatorEnvironment<OperatorNode & { kind: "reduceByKeyAndWindow" }>;
    readonly state: TaskState;
    readonly combiner: Combiner;
    readonly isCombined: boolean;
    readonly batchIntervalMs: number;
  }) {
    const { operator } = options.environment;
    this.#environment = options.environment;
    this.state = options.state;
    this.#batches = options.state.family();
    this.#values = options.state.table("values");
    this.#combiner = options.combiner;
    this.#fold = new KeyedFold(options.combiner, options.isCombined);
    this.#window = operator.windowMs / options.batchIntervalMs;
    this.#slide = operator.slideMs / options.batchIntervalMs;
  }

  receive(rows: Rows): void {
    this.#fold.receive(rows);
  }

  endBatch(emit: Emit): void {
    const { batch, operator, counts } = this.#environment;
    const cells = this.#fold.take();
    if (cells.size > 0) {
      const reduced = this.#batches.at(batch.batch);
      for (const [canonical, { key, value }] of cells) reduced.set(canonical, key, value);
    }
    if (!batch.isPresent(operator.id)) return;
    const emitted = operator.inverse
      ? this.#slideIncrementally(batch.batch)
      : this.#reduced(batch.batch - this.#window, batch.batch).values();
    for (const cell of emitted) {
      counts.recordsOut++;
      emit([cell.key, cell.value], NaN);
    }
    this.#forget(batch.batch - this.#window);
  }

  /** Per key the reduction of the batches in (after, until], oldest first. */
  #reduced(after: number, until: number): Cells {
    const result: Cells = new Map();
    for (const batch of this.#batches.numbers()) {
      if (batch <= after || batch > until) continue;
      for (const [canonical, cell] of this.#batches.get(batch)?.entries() ?? []) {
        const known = result.get(canonical);
        if (known === undefined) result.set(canonical, { key: cell.key, value: cell.value });
        else known.value = this.#combiner.merge(known.value, cell.value);
      }
    }
    return result;
  }

  /** The inverse rule: x := inv(x, old), then f(x, new); returns what is emitted. */
  #slideIncrementally(now: number): Iterable<KeyedCell> {
    const inverse = binary(this.#environment, "inverse");
    const old = this.#reduced(now - this.#slide - this.#window, Math.min(now - this.#slide, now - this.#window));
    const added = this.#reduced(Math.max(now - this.#window, now - this.#slide), now);
    for (const [canonical, leaving] of old) {
      const cell = this.#values.get(canonical);
      if (cell !== undefined) this.#values.set(canonical, cell.key, inverse(cell.value, leaving.value));
    }
    for (const [canonical, { key, value }] of added) {
      const cell = this.#values.get(canonical);
      this.#values.set(canonical, key, cell === undefined ? value : this.#combiner.merge(cell.value, value));
    }
    return this.#environment.operator.filtered ? this.#filtered(now) : this.#values.values();
  }

  /** A key that fails the filter is kept, unseen, while a batch of the window holds it: its batches must still leave. */
  #filtered(now: number): KeyedCell[] {
    const passes = binary(this.#environment, "filter");
    const inWindow = new Set<CanonicalKey>();
    for (const batch of this.#batches.numbers())
      if (batch > now - this.#window) for (const [canonical] of this.#batches.get(batch)?.entries() ?? []) inWindow.add(canonical);
    const emitted: KeyedCell[] = [];
    for (const [canonical, cell] of this.#values.entries()) {
      if (passes(cell.key, cell.value)) {
        emitted.push(cell);
      } else if (!inWindow.has(canonical)) {
        this.#values.delete(canonical);
      }
    }
    return emitted;
  }

  #forget(until: number): void {
    for (const batch of this.#batches.numbers()) if (batch <= until) this.#batches.drop(batch);
  }

  get keyCount(): number {
    return this.state.keyCount;
  }

  restored(): void {
    // Batches and values are all there is.
  }
}
