import { canonicalKey, type CanonicalKey, slotOfBucket } from "@millrace/model";
import { bucketOfCanonicalKey } from "../keys/bucket-of-key.ts";
import { asPair } from "../operators/pair.ts";
import type { OperatorEnvironment } from "../operators/environment.ts";
import { forEachResult } from "../operators/iterate.ts";

/** The state before the first batch that belongs to one task: canonical key, key, state. Asked once, and not at all by a task that is restored. */
export type InitialState = () => readonly (readonly [CanonicalKey, unknown, unknown])[];

/** Initial state of a task from the user's `initial`, of which every task sees all and keeps its own keys. Undefined if the operator has none. */
export function initialStateOf(
  environment: OperatorEnvironment,
  place: { readonly task: number; readonly taskCount: number },
): InitialState | undefined {
  const { operator } = environment;
  const has = "hasInitial" in operator && operator.hasInitial;
  if (!has) return undefined;
  const initial = environment.required("initial");
  return () => {
    const own: (readonly [CanonicalKey, unknown, unknown])[] = [];
    let pairs: unknown;
    environment.call("initial").enter();
    try {
      pairs = initial();
    } catch (error) {
      environment.fail("initial", error);
    }
    forEachResult(environment, "initial", pairs, (item) => {
      const [key, value] = asPair(item, operator.id);
      const canonical = canonicalKey(key);
      if (slotOfBucket(bucketOfCanonicalKey(canonical), place.taskCount) === place.task) own.push([canonical, key, value]);
    });
    return own;
  };
}
