import { describe, expect, it } from "@jest/globals";
import { TERMS_KEPT_MAX } from "../limits.ts";
import { type TermVersions, VERSIONS_PER_TERM } from "./lost-store.ts";
import { readHistory, termsAfter } from "./store-history.ts";

const at = (term: number, change: number): number => term * VERSIONS_PER_TERM + change;
const term = (number: number, begin: number, end: number): TermVersions => ({ begin: at(number, begin), end: at(number, end) });
const after = (metadataVersion: number | undefined, terms: readonly TermVersions[]): readonly TermVersions[] =>
  termsAfter({ metadataVersion, terms });

describe("termsAfter", () => {
  it("ends the term before with the version that is stored", () => {
    expect(after(undefined, [])).toEqual([]);
    expect(after(at(1, 7), [term(1, 3, 3)])).toEqual([term(1, 3, 7)]);
    expect(after(at(3, 2), [term(1, 3, 7), term(3, 2, 2)])).toEqual([term(1, 3, 7), term(3, 2, 2)]);
  });

  it("adds a term that did not say with what it began", () => {
    expect(after(at(1, 7), [])).toEqual([term(1, 0, 7)]);
    expect(after(at(3, 2), [term(1, 3, 7)])).toEqual([term(1, 3, 7), term(3, 0, 2)]);
  });

  it("forgets the oldest", () => {
    const terms = Array.from({ length: TERMS_KEPT_MAX }, (_, index) => term(index + 1, 0, 1));
    expect(after(at(TERMS_KEPT_MAX + 1, 4), terms)).toEqual([...terms.slice(1), term(TERMS_KEPT_MAX + 1, 0, 4)]);
  });
});

describe("readHistory", () => {
  it("reads the ends of terms that an earlier release has stored", async () => {
    const stored = new Map([["term-ends", [at(1, 7), at(2, 3)]]]);
    const read = (key: string) => {
      const value = stored.get(key);
      return Promise.resolve(value && { key, version: 1, value: new TextEncoder().encode(JSON.stringify(value)) });
    };
    expect((await readHistory({ read })).terms).toEqual([term(1, 0, 7), term(2, 0, 3)]);
  });
});
