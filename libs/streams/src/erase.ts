import type { JobFunction } from "@millrace/model";

/** The one place where a user function loses its types; the signature of the operator that takes it has checked them. */
export function eraseFunction(f: (...args: never[]) => unknown): JobFunction {
  return f as JobFunction;
}

export type FunctionsByName = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The same for all functions of an operator. */
export function eraseFunctions(functions: FunctionsByName): Readonly<Record<string, JobFunction>> {
  return Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, eraseFunction(f)]));
}
