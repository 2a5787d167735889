import { describe, expect, it } from "@jest/globals";
import { parseVersions, versionTest } from "./version-range.ts";

const api = { min: 3, max: 13 };

describe("versionTest", () => {
  it.each([
    ["3+", "true"],
    ["0+", "true"],
    ["9+", "version >= 9"],
    ["3-12", "version <= 12"],
    ["5-7", "version >= 5 && version <= 7"],
    ["4", "version >= 4 && version <= 4"],
    ["0-2", "false"],
    ["14+", "false"],
  ])("of %s within versions 3 to 13 is %s", (versions, test) => {
    expect(versionTest(parseVersions(versions, api), api)).toBe(test);
  });
});

describe("parseVersions", () => {
  it.each(["", "v3", "3-", "+", "none", "-1"])("refuses %j", (text) => {
    expect(() => parseVersions(text, api)).toThrow("versions");
  });
});
