import type { OperatorEnvironment } from "./environment.ts";
import type { Combiner } from "./senders.ts";

/** A function of two values of an operator, its errors typed. */
export function binary(environment: OperatorEnvironment, name: string): (left: unknown, right: unknown) => unknown {
  const f = environment.required(name);
  const call = environment.call(name);
  return (left, right) => {
    call.enter();
    try {
      return f(left, right);
    } catch (error) {
      environment.fail(name, error);
    }
  };
}

export function unary(environment: OperatorEnvironment, name: string): (value: unknown) => unknown {
  const f = environment.required(name);
  const call = environment.call(name);
  return (value) => {
    call.enter();
    try {
      return f(value);
    } catch (error) {
      environment.fail(name, error);
    }
  };
}

/** The combiner of an operator that folds the values of a key. */
export function combinerOf(environment: OperatorEnvironment): Combiner {
  switch (environment.operator.kind) {
    case "countByValue":
      return { create: () => 1, add: (count) => Number(count) + 1, merge: (left, right) => Number(left) + Number(right) };
    case "combineByKey":
      return { create: unary(environment, "create"), add: binary(environment, "mergeValue"), merge: binary(environment, "mergeCombiners") };
    case "aggregateByKey": {
      const init = unary(environment, "init");
      const add = binary(environment, "add");
      return { create: (value) => add(init(undefined), value), add, merge: binary(environment, "merge") };
    }
    default: {
      const f = binary(environment, "f");
      return { create: (value) => value, add: f, merge: f };
    }
  }
}
