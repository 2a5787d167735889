import type { OperatorNode } from "@millrace/model";
import type { Stateful } from "../state/stateful.ts";
import type { TableFamily, TaskState } from "../state/task-state.ts";
import type { Emit, OperatorEnvironment } from "./environment.ts";
import type { EndingOperator } from "./partition.ts";

/** Elements that are kept together: what a row of the table holds. */
const ELEMENTS_PER_ROW = 256;

/**
 * `window`: the elements of the batches in (t - W, t], oldest batch first, at each slide, without event time; early windows are partial. Batches are counted by number:
 * batch n lies at zero time + n · interval.
 */
export class BatchWindowOperator implements EndingOperator, Stateful {
  readonly pending = false;
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "window" }>;
  readonly #next: Emit;
  readonly #windowBatches: number;
  readonly state: TaskState;
  /** Rows of elements by number of batch. */
  readonly #held: TableFamily<readonly unknown[]>;
  #current: unknown[] = [];
  #count = 0;

  constructor(options: {
    readonly environment: OperatorEnvironment<OperatorNode & { kind: "window" }>;
    readonly state: TaskState;
    readonly next: Emit;
    readonly batchIntervalMs: number;
  }) {
    this.#environment = options.environment;
    this.state = options.state;
    this.#held = options.state.family();
    this.#next = options.next;
    this.#windowBatches = options.environment.operator.windowMs / options.batchIntervalMs;
  }

  readonly emit: Emit = (value) => {
    this.#current.push(value);
    if (this.#current.length === ELEMENTS_PER_ROW) this.#keepRow();
  };

  end(): void {
    const { batch, operator } = this.#environment;
    if (this.#current.length > 0) this.#keepRow();
    for (const held of this.#held.numbers()) if (held <= batch.batch - this.#windowBatches) this.#forget(held);
    if (!batch.isPresent(operator.id)) return;
    for (const held of this.#held.numbers())
      for (const { value } of this.#held.get(held)?.values() ?? []) for (const element of value) this.#next(element, NaN);
  }

  #keepRow(): void {
    const table = this.#held.at(this.#environment.batch.batch);
    table.set(table.size, table.size, this.#current);
    this.#count += this.#current.length;
    this.#current = [];
  }

  #forget(batch: number): void {
    for (const { value } of this.#held.get(batch)?.values() ?? []) this.#count -= value.length;
    this.#held.drop(batch);
  }

  get keyCount(): number {
    return this.#count;
  }

  restored(): void {
    this.#count = 0;
    for (const batch of this.#held.numbers()) for (const { value } of this.#held.get(batch)?.values() ?? []) this.#count += value.length;
  }
}
