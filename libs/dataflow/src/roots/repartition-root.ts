import type { OperatorEnvironment } from "../operators/environment.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { RootOperator } from "./root.ts";

/** `repartition`: the elements that were sent here, in order of (source task, position). */
export function repartitionRoot(environment: OperatorEnvironment): RootOperator {
  let blocks: Rows[] = [];
  return {
    receive: (rows) => {
      blocks.push(rows);
    },
    endBatch(emit) {
      const received = blocks;
      blocks = [];
      for (const { values } of received) {
        environment.counts.recordsOut += values.length;
        for (const value of values) emit(value, NaN);
      }
    },
  };
}
