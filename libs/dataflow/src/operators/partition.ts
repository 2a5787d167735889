import type { Emit, OperatorEnvironment } from "./environment.ts";
import { forEachResult } from "./iterate.ts";

/** An operator that also acts when its task has seen all elements of the batch. */
export interface EndingOperator {
  readonly emit: Emit;
  end(): void;
}

/** Whether the task has a partition in this batch: a source of changing partitions leaves the tasks beyond them out. */
export type HasPartition = () => boolean;

/** `f` once per task and batch, over all its elements, empty tasks included. Its results have no event time. */
export function mapPartitionsOperator(environment: OperatorEnvironment, next: Emit, hasPartition: HasPartition): EndingOperator {
  const f = environment.required("f");
  const call = environment.call("f");
  let values: unknown[] = [];
  return {
    emit(value) {
      values.push(value);
    },
    end() {
      const elements = values;
      values = [];
      if (!environment.batch.isPresent(environment.operator.id) || !hasPartition()) return;
      let results: unknown;
      call.enter();
      try {
        results = f(elements);
      } catch (error) {
        environment.fail("f", error);
      }
      forEachResult(environment, "f", results, (item) => next(item, NaN));
    },
  };
}

/** One array per task and batch, `[]` for an empty one. */
export function glomOperator(environment: OperatorEnvironment, next: Emit, hasPartition: HasPartition): EndingOperator {
  let values: unknown[] = [];
  return {
    emit(value) {
      values.push(value);
    },
    end() {
      const elements = values;
      values = [];
      if (environment.batch.isPresent(environment.operator.id) && hasPartition()) next(elements, NaN);
    },
  };
}
