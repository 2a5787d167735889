import { canonicalKey, type CanonicalKey, type OperatorNode } from "@millrace/model";
import { corruptState } from "../errors.ts";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { Combiner, KeyedCell } from "../operators/senders.ts";
import { binary } from "../operators/user-functions.ts";
import type { Rows } from "../shuffle/rows.ts";
import { columnsOf, type Stateful } from "../state/stateful.ts";
import { KeyedFold } from "./fold-root.ts";
import type { RootOperator } from "./root.ts";

type Cells = Map<CanonicalKey, KeyedCell>;

interface ReducedBatch {
  readonly batch: number;
  readonly cells: Cells;
}

const STATE_VERSION = 1;

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
  #batches: ReducedBatch[] = [];
  #values: Cells = new Map();
  #changed = false;

  constructor(options: {
    readonly environment: OperatorEnvironment<OperatorNode & { kind: "reduceByKeyAndWindow" }>;
    readonly combiner: Combiner;
    readonly isCombined: boolean;
    readonly batchIntervalMs: number;
  }) {
    const { operator } = options.environment;
    this.#environment = options.environment;
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
      this.#batches.push({ batch: batch.batch, cells });
      this.#changed = true;
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
    for (const { batch, cells } of this.#batches) {
      if (batch <= after || batch > until) continue;
      for (const [canonical, cell] of cells) {
        const known = result.get(canonical);
        if (known === undefined) result.set(canonical, { key: cell.key, value: cell.value });
        else known.value = this.#combiner.merge(known.value, cell.value);
      }
    }
    return result;
  }

  /** The inverse rule: x := inv(x, old), then f(x, new); returns what is emitted. */
  #slideIncrementally(now: number): KeyedCell[] {
    const inverse = binary(this.#environment, "inverse");
    const old = this.#reduced(now - this.#slide - this.#window, Math.min(now - this.#slide, now - this.#window));
    const added = this.#reduced(Math.max(now - this.#window, now - this.#slide), now);
    if (old.size > 0 || added.size > 0) this.#changed = true;
    for (const [canonical, cell] of this.#values) {
      const leaving = old.get(canonical);
      const coming = added.get(canonical);
      if (leaving !== undefined) cell.value = inverse(cell.value, leaving.value);
      if (coming !== undefined) cell.value = this.#combiner.merge(cell.value, coming.value);
    }
    for (const [canonical, cell] of added) if (!this.#values.has(canonical)) this.#values.set(canonical, cell);
    return this.#environment.operator.filtered ? this.#filtered(now) : Array.from(this.#values.values());
  }

  /** A key that fails the filter is kept, unseen, while a batch of the window holds it: its batches must still leave. */
  #filtered(now: number): KeyedCell[] {
    const passes = binary(this.#environment, "filter");
    const inWindow = new Set<CanonicalKey>();
    for (const { batch, cells } of this.#batches)
      if (batch > now - this.#window) for (const canonical of cells.keys()) inWindow.add(canonical);
    const emitted: KeyedCell[] = [];
    for (const [canonical, cell] of this.#values) {
      if (passes(cell.key, cell.value)) {
        emitted.push(cell);
      } else if (!inWindow.has(canonical)) {
        this.#values.delete(canonical);
        this.#changed = true;
      }
    }
    return emitted;
  }

  #forget(until: number): void {
    const kept = this.#batches.filter(({ batch }) => batch > until);
    if (kept.length !== this.#batches.length) this.#changed = true;
    this.#batches = kept;
  }

  get keyCount(): number {
    return this.#batches.reduce((sum, { cells }) => sum + cells.size, this.#values.size);
  }

  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  save(): unknown {
    const values = Array.from(this.#values.values());
    return {
      version: STATE_VERSION,
      columns: [
        this.#batches.map(({ batch }) => batch),
        this.#batches.map(({ cells }) => Array.from(cells.values(), (cell) => cell.key)),
        this.#batches.map(({ cells }) => Array.from(cells.values(), (cell) => cell.value)),
        values.map((cell) => cell.key),
        values.map((cell) => cell.value),
      ],
    };
  }

  load(saved: unknown): void {
    const columns = columnsOf(saved, STATE_VERSION, 5);
    if (columns === undefined) throw corruptState(this.#environment.operator.id, "it is no window state of this version");
    const [batches = [], batchKeys = [], batchValues = [], keys = [], values = []] = columns;
    this.#batches = batches.map((batch, index) => ({
      batch: batch as number,
      cells: cellsOf(batchKeys[index] as unknown[], batchValues[index] as unknown[]),
    }));
    this.#values = cellsOf(keys, values);
  }
}

function cellsOf(keys: readonly unknown[], values: readonly unknown[]): Cells {
  return new Map(keys.map((key, index) => [canonicalKey(key), { key, value: values[index] }]));
}
