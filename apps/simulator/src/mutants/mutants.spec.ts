import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { placesOf } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

const ROOT = `${import.meta.dirname}/../../../..`;

describe("MUTANTS", () => {
  it("each find their places in the sources, once: what is planted nowhere would count as missed", () => {
    const misplaced = MUTANTS.flatMap((mutant) =>
      placesOf(mutant)
        .filter(({ file, correct }) => readFileSync(`${ROOT}/${file}`, "utf8").split(correct).length !== 2)
        .map(({ file }) => `${mutant.name} in ${file}`),
    );
    expect(misplaced).toEqual([]);
  });
});
