import type { Emit, OperatorEnvironment } from "./environment.ts";
import type { EndingOperator } from "./partition.ts";

/** `stateSnapshots`: all live [key, state] of the mapWithState above, when the batch's records and time-outs have been applied. */
export function stateSnapshotsOperator(
  environment: OperatorEnvironment,
  live: () => Iterable<readonly [unknown, unknown]>,
  next: Emit,
): EndingOperator {
  const { batch, operator, counts } = environment;
  return {
    emit: () => undefined,
    end() {
      if (!batch.isPresent(operator.id)) return;
      for (const [key, value] of live()) {
        counts.recordsOut++;
        next([key, value], NaN);
      }
    },
  };
}
