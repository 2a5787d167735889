import { describe, expect, it } from "@jest/globals";
import { sameTree } from "./install-state.mjs";

const wanted = {
  packages: {
    "": { version: "0.1.0" },
    "libs/stdx": { version: "0.1.0" },
    "node_modules/@millrace/stdx": { link: true, resolved: "libs/stdx" },
    "node_modules/zod": { version: "4.6.7" },
    "node_modules/other-platform": { version: "1.0.0", optional: true },
  },
};
const linked = (): boolean => true;

describe("sameTree", () => {
  it("accepts a tree without the optional packages of other platforms", () => {
    expect(sameTree(wanted, { packages: { "node_modules/zod": { version: "4.6.7" } } }, linked)).toBe(true);
  });
  it("refuses another version", () => {
    expect(sameTree(wanted, { packages: { "node_modules/zod": { version: "4.6.6" } } }, linked)).toBe(false);
  });
  it("refuses a missing package", () => {
    expect(sameTree(wanted, { packages: {} }, linked)).toBe(false);
  });
  it("refuses a workspace package that is not linked", () => {
    expect(sameTree(wanted, { packages: { "node_modules/zod": { version: "4.6.7" } } }, () => false)).toBe(false);
  });
});
