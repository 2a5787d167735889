import type { JobFunction } from "@millrace/model";

/** The one place where a user function loses its types; the signature of the operator that takes it has checked them. */
export function eraseFunction(f: (...args: never[]) => unknown): JobFunction {
  return f as JobFunction;
}
