import { canonicalKey, type CanonicalKey } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { Combiner, KeyedCell } from "../operators/senders.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { RootOperator } from "./root.ts";

/** Cells of one batch by key, in order of first appearance. */
export class KeyedFold {
  cells = new Map<CanonicalKey, KeyedCell>();
  readonly #combiner: Combiner;
  readonly #isCombined: boolean;

  constructor(combiner: Combiner, isCombined: boolean) {
    this.#combiner = combiner;
    this.#isCombined = isCombined;
  }

  receive(rows: Rows): void {
    const { keys, values } = rows;
    const combiner = this.#combiner;
    for (let index = 0; index < values.length; index++) {
      const key = keys[index];
      const value = values[index];
      const canonical = canonicalKey(key);
      const cell = this.cells.get(canonical);
      if (cell === undefined) this.cells.set(canonical, { key, value: this.#isCombined ? value : combiner.create(value) });
      else cell.value = this.#isCombined ? combiner.merge(cell.value, value) : combiner.add(cell.value, value);
    }
  }

  take(): Map<CanonicalKey, KeyedCell> {
    const taken = this.cells;
    this.cells = new Map();
    return taken;
  }
}

/** `reduceByKey`, `combineByKey`, `countByValue`: one [key, result] per key of the batch. */
export function foldRoot(environment: OperatorEnvironment, combiner: Combiner, isCombined: boolean): RootOperator {
  const fold = new KeyedFold(combiner, isCombined);
  return {
    receive: (rows) => fold.receive(rows),
    endBatch(emit: Emit) {
      for (const cell of fold.take().values()) {
        environment.counts.recordsOut++;
        emit([cell.key, cell.value], NaN);
      }
    },
  };
}
