import type { OperatorNode } from "@millrace/model";
import { corruptState } from "../errors.ts";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { KeyedTable } from "../state/keyed-table.ts";
import type { Stateful } from "../state/stateful.ts";
import type { TaskState } from "../state/task-state.ts";
import type { RootOperator } from "./root.ts";

/** `sort`: the rows of each table in the order of the user's `compare`. */
export function sortRoot(environment: OperatorEnvironment): RootOperator {
  const compare = environment.required("compare");
  let rows: unknown[] = [];
  return {
    receive({ values }) {
      for (const value of values) rows.push(value);
    },
    endBatch(emit) {
      const sorted = rows;
      rows = [];
      environment.call("compare").enter();
      try {
        sorted.sort((left, right) => Number(compare(left, right)));
      } catch (error) {
        environment.fail("compare", error);
      }
      environment.counts.recordsOut += sorted.length;
      for (const row of sorted) emit(row, NaN);
    },
  };
}

/** `limit` of a table: the first rows of each. */
export function tableLimitRoot(environment: OperatorEnvironment<OperatorNode & { kind: "limit" }>): RootOperator {
  let rows: unknown[] = [];
  return {
    receive({ values }) {
      for (const value of values) if (rows.length < environment.operator.count) rows.push(value);
    },
    endBatch(emit) {
      const first = rows;
      rows = [];
      environment.counts.recordsOut += first.length;
      for (const row of first) emit(row, NaN);
    },
  };
}

/** `limit` of a stream: its first elements ever, in order of (source task, record). */
export class StreamLimitRoot implements RootOperator, Stateful {
  readonly pending = false;
  readonly keyCount = 1; // one number
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "limit" }>;
  readonly state: TaskState;
  readonly #table: KeyedTable<unknown>;
  #passed = 0;
  #rows: unknown[] = [];

  constructor(environment: OperatorEnvironment<OperatorNode & { kind: "limit" }>, state: TaskState) {
    this.#environment = environment;
    this.state = state;
    this.#table = state.table("passed");
  }

  receive({ values }: { readonly values: readonly unknown[] }): void {
    const left = this.#environment.operator.count - this.#passed;
    for (const value of values) if (this.#rows.length < left) this.#rows.push(value);
  }

  endBatch(emit: Emit): void {
    const rows = this.#rows;
    this.#rows = [];
    if (rows.length === 0) return;
    this.#passed += rows.length;
    this.#table.set(null, null, this.#passed);
    this.#environment.counts.recordsOut += rows.length;
    for (const row of rows) emit(row, NaN);
  }

  restored(): void {
    const passed = this.#table.get(null)?.value ?? 0;
    if (typeof passed !== "number") throw corruptState(this.#environment.operator.id, "it is no count");
    this.#passed = passed;
  }
}
