import { assert } from "@millrace/stdx";

/** The value of a field that a version cannot leave out; null is a bug of the caller. */
export function required<T>(value: T | null, field: string): T {
  assert(value !== null, () => `${field} must not be null in this version`);
  return value;
}
