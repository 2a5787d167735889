import type { OperatorNode } from "@millrace/model";
import { corruptState } from "../errors.ts";
import { columnsOf, type Stateful } from "../state/stateful.ts";
import type { Emit, OperatorEnvironment } from "./environment.ts";
import type { EndingOperator } from "./partition.ts";

interface HeldBatch {
  readonly batch: number;
  readonly values: unknown[];
}

const STATE_VERSION = 1;

/**
 * `window`: the elements of the batches in (t - W, t], oldest batch first, at each slide, without event time; early windows are partial. Batches are counted by number:
 * batch n lies at zero time + n · interval.
 */
export class BatchWindowOperator implements EndingOperator, Stateful {
  readonly pending = false;
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "window" }>;
  readonly #next: Emit;
  readonly #windowBatches: number;
  #held: HeldBatch[] = [];
  #current: HeldBatch | undefined;
  #changed = false;

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "window" }>, next: Emit, batchIntervalMs: number) {
    this.#environment = environment;
    this.#next = next;
    this.#windowBatches = environment.operator.windowMs / batchIntervalMs;
  }

  readonly emit: Emit = (value) => {
    this.#current ??= { batch: this.#environment.batch.batch, values: [] };
    this.#current.values.push(value);
  };

  end(): void {
    const { batch, operator } = this.#environment;
    if (this.#current !== undefined) {
      this.#held.push(this.#current);
      this.#current = undefined;
      this.#changed = true;
    }
    const kept = this.#held.filter((held) => held.batch > batch.batch - this.#windowBatches);
    if (kept.length !== this.#held.length) this.#changed = true;
    this.#held = kept;
    if (!batch.isPresent(operator.id)) return;
    for (const { values } of kept) for (const value of values) this.#next(value, NaN);
  }

  get keyCount(): number {
    return this.#held.reduce((sum, held) => sum + held.values.length, 0);
  }

  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  save(): unknown {
    const held = this.#held;
    return { version: STATE_VERSION, columns: [held.map((one) => one.batch), held.map((one) => one.values)] };
  }

  load(saved: unknown): void {
    const columns = columnsOf(saved, STATE_VERSION, 2);
    if (columns === undefined) throw corruptState(this.#environment.operator.id, "it is no window state of this version");
    const [batches = [], values = []] = columns;
    this.#held = batches.map((batch, index) => ({ batch: batch as number, values: values[index] as unknown[] }));
  }
}
