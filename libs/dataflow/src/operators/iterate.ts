import { wrongResult } from "../errors.ts";
import type { OperatorEnvironment } from "./environment.ts";

/** Calls `each` for what a user function returned; errors of the user's iterator are the user's, those of `each` pass through. */
export function forEachResult(
  environment: OperatorEnvironment,
  functionName: string,
  result: unknown,
  each: (item: unknown) => void,
): void {
  if (Array.isArray(result)) {
    for (const item of result as unknown[]) each(item);
    return;
  }
  if (!isIterable(result)) throw wrongResult(environment.operator, "an iterable", result);
  const iterator = startOf(environment, functionName, result);
  const call = environment.call(functionName);
  for (;;) {
    let step: IteratorResult<unknown>;
    call.enter(); // `each` may have called others
    try {
      step = iterator.next();
    } catch (error) {
      environment.fail(functionName, error);
    }
    if (step.done === true) return;
    each(step.value);
  }
}

function startOf(environment: OperatorEnvironment, functionName: string, iterable: Iterable<unknown>): Iterator<unknown> {
  try {
    return iterable[Symbol.iterator]();
  } catch (error) {
    environment.fail(functionName, error);
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  if (typeof value === "string") return true;
  return typeof value === "object" && value !== null && Symbol.iterator in value && typeof value[Symbol.iterator] === "function";
}
