/** Thrown when the program contradicts itself: a bug, never a condition of the world. Not meant to be caught. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Asserts an invariant; stays on in production. The message says what was expected, with values. */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionError(typeof message === "string" ? message : message());
}

/** Closes a union: the compiler refuses it while a case is missing, and it throws if one arrives all the same. */
export function assertNever(value: never, what = "case"): never {
  throw new AssertionError(`unexpected ${what} value=${JSON.stringify(value)}`);
}

/** Returns the value, or fails as a bug when it is undefined or null. */
export function assertDefined<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new AssertionError(`${what} is missing`);
  return value;
}
