import { notAPair } from "../errors.ts";

/** The element as a pair; an error that names the operator if it is none. */
export function asPair(element: unknown, operatorId: string): readonly [unknown, unknown] {
  if (!Array.isArray(element)) throw notAPair(operatorId, element);
  return element as unknown as readonly [unknown, unknown];
}
