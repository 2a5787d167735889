import { describe, expect, it } from "@jest/globals";
import { TERM_ENDS_MAX } from "../limits.ts";
import { VERSIONS_PER_TERM } from "./lost-store.ts";
import { termEndsAfter } from "./store-history.ts";

const at = (term: number, change: number): number => term * VERSIONS_PER_TERM + change;
const after = (metadataVersion: number | undefined, termEnds: readonly number[]): readonly number[] =>
  termEndsAfter({ metadataVersion, termEnds });

describe("termEndsAfter", () => {
  it("adds the end of the term that changed something last, once", () => {
    expect(after(undefined, [])).toEqual([]);
    expect(after(at(1, 7), [])).toEqual([at(1, 7)]);
    expect(after(at(3, 2), [at(1, 7)])).toEqual([at(1, 7), at(3, 2)]);
    expect(after(at(3, 2), [at(1, 7), at(3, 2)])).toEqual([at(1, 7), at(3, 2)]);
  });

  it("forgets the oldest", () => {
    const ends = Array.from({ length: TERM_ENDS_MAX }, (_, term) => at(term + 1, 1));
    expect(after(at(TERM_ENDS_MAX + 1, 4), ends)).toEqual([...ends.slice(1), at(TERM_ENDS_MAX + 1, 4)]);
  });
});
