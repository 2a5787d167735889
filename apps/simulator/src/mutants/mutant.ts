import type { Provocation } from "../run/plan.ts";

/** One change of the sources. `correct` stands in the file exactly once. */
export interface Place {
  /** From the root of the repository. */
  readonly file: string;
  readonly correct: string;
  readonly wrong: string;
}

/** A bug that is planted into the sources while they are loaded. */
export interface Mutant extends Place {
  readonly name: string;
  readonly what: string;
  /** Where a second rule would keep the first one's absence from doing harm, its places too. */
  readonly also?: readonly Place[];
  /** What has to happen often for it to show. */
  readonly provokes: Provocation;
}

/** All changes that make up a bug. */
export function placesOf(mutant: Mutant): readonly Place[] {
  return [mutant, ...(mutant.also ?? [])];
}
