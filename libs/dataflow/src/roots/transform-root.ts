import { transformReturnedNothing } from "../errors.ts";
import type { OperatorEnvironment } from "../operators/environment.ts";
import { forEachResult } from "../operators/iterate.ts";
import type { RootOperator } from "./root.ts";

/**
 * `transform`: the user's function gets the whole batch of each parent, in partition order, and the batch's time, once per batch; what it returns is the
 * batch of this stream. It runs in slot 0: what does not need the whole batch in one place belongs before or after it.
 */
export function transformRoot(environment: OperatorEnvironment): RootOperator {
  const { operator, batch, counts } = environment;
  const f = environment.required("f");
  let lists: unknown[][] = operator.parents.map(() => []);
  return {
    receive(rows, from) {
      for (const [index, parent] of operator.parents.entries()) {
        if (parent !== from) continue;
        for (const value of rows.values) lists[index]?.push(value);
      }
    },
    endBatch(emit) {
      const given = lists;
      lists = operator.parents.map(() => []);
      if (!batch.isPresent(operator.id)) return;
      let results: unknown;
      environment.call("f").enter();
      try {
        results = f(given, batch.timeMs);
      } catch (error) {
        environment.fail("f", error);
      }
      if (results === undefined || results === null) throw transformReturnedNothing(operator);
      forEachResult(environment, "f", results, (item) => {
        counts.recordsOut++;
        emit(item, NaN);
      });
    },
  };
}
