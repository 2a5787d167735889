import { asPair } from "./pair.ts";
import type { Emit, OperatorEnvironment } from "./environment.ts";
import { forEachResult } from "./iterate.ts";

/** Operators that look at one element at a time. Each returns what its parent calls. */

export function mapOperator(environment: OperatorEnvironment, next: Emit): Emit {
  const f = environment.required("f");
  return (value, time) => {
    let result: unknown;
    try {
      result = f(value);
    } catch (error) {
      environment.fail("f", error);
    }
    next(result, time);
  };
}

export function filterOperator(environment: OperatorEnvironment, next: Emit): Emit {
  const f = environment.required("f");
  return (value, time) => {
    let keep: unknown;
    try {
      keep = f(value);
    } catch (error) {
      environment.fail("f", error);
    }
    if (keep) next(value, time);
  };
}

export function flatMapOperator(environment: OperatorEnvironment, next: Emit): Emit {
  const f = environment.required("f");
  return (value, time) => {
    let results: unknown;
    try {
      results = f(value);
    } catch (error) {
      environment.fail("f", error);
    }
    forEachResult(environment, "f", results, (item) => next(item, time));
  };
}

export function mapValuesOperator(environment: OperatorEnvironment, next: Emit): Emit {
  const f = environment.required("f");
  const id = environment.operator.id;
  return (value, time) => {
    const pair = asPair(value, id);
    let result: unknown;
    try {
      result = f(pair[1]);
    } catch (error) {
      environment.fail("f", error);
    }
    next([pair[0], result], time);
  };
}

export function flatMapValuesOperator(environment: OperatorEnvironment, next: Emit): Emit {
  const f = environment.required("f");
  const id = environment.operator.id;
  return (value, time) => {
    const pair = asPair(value, id);
    let results: unknown;
    try {
      results = f(pair[1]);
    } catch (error) {
      environment.fail("f", error);
    }
    forEachResult(environment, "f", results, (item) => next([pair[0], item], time));
  };
}
