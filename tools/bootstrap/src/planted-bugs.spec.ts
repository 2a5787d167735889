import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { plantedBugs } from "./planted-bugs.mjs";

const ROOT = new URL("../../../", import.meta.url);

describe("planted bugs", () => {
  it.each(plantedBugs.map((bug) => [bug.name, bug] as const))("%s: its place stands in its file once", (_, { project, file, correct }) => {
    const source = readFileSync(new URL(`${project}/${file}`, ROOT), "utf8");
    expect(source.split(correct)).toHaveLength(2);
  });
});
