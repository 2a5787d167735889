import { describe, expect, it } from "@jest/globals";
import { TakeTurns } from "./take-turns.ts";

const itself = (item: string): string => item;

describe("TakeTurns", () => {
  it("picks all where there are few", () => {
    const turns = new TakeTurns(3);
    for (let look = 0; look < 3; look++) expect(turns.next(["a", "b"], itself)).toEqual(["a", "b"]);
  });

  it("picks everybody before anybody again", () => {
    const turns = new TakeTurns(2);
    const looks = Array.from({ length: 4 }, () => turns.next(["a", "b", "c", "d", "e"], itself).join(""));
    expect(looks).toEqual(["ab", "cd", "e", "ab"]);
  });

  it("goes on where some have gone and others came", () => {
    const turns = new TakeTurns(2);
    expect(turns.next(["a", "b", "c"], itself)).toEqual(["a", "b"]);
    expect(turns.next(["b", "c", "d", "e"], itself)).toEqual(["c", "d"]);
    expect(turns.next(["b", "e"], itself)).toEqual(["e"]);
    expect(turns.next(["b", "e"], itself)).toEqual(["b", "e"]);
  });
});
