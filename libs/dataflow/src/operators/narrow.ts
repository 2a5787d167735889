import { asPair } from "./pair.ts";
import type { Emit, OperatorEnvironment } from "./environment.ts";
import { forEachResult } from "./iterate.ts";

/** Operators that look at one element at a time. Each returns what its parent calls. */

export function mapOperator(environment: OperatorEnvironment, next: Emit): Emit {
  const f = environment.required("f");
  const call = environment.call("f");
  return (value, time) => {
    let result: unknown;
    call.enter();
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
  const call = environment.call("f");
  return (value, time) => {
    let keep: unknown;
    call.enter();
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
  const call = environment.call("f");
  return (value, time) => {
    let results: unknown;
    call.enter();
    try {
      results = f(value);
    } catch (error) {
      environment.fail("f", error);
    }
    if (Array.isArray(results)) for (const item of results as unknown[]) next(item, time);
    else forEachResult(environment, "f", results, (item) => next(item, time));
  };
}

export function mapValuesOperator(environment: OperatorEnvironment, next: Emit): Emit {
  const f = environment.required("f");
  const call = environment.call("f");
  const id = environment.operator.id;
  return (value, time) => {
    const pair = asPair(value, id);
    let result: unknown;
    call.enter();
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
  const call = environment.call("f");
  const id = environment.operator.id;
  return (value, time) => {
    const pair = asPair(value, id);
    let results: unknown;
    call.enter();
    try {
      results = f(pair[1]);
    } catch (error) {
      environment.fail("f", error);
    }
    forEachResult(environment, "f", results, (item) => next([pair[0], item], time));
  };
}
