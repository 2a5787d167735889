import { describe, expect, it } from "@jest/globals";
import { applyAllowList, parseAllowList } from "./allow-list.ts";

const passed = (name: string) => ({ name, error: null, seconds: 0 });
const failed = (name: string) => ({ name, error: "broken", seconds: 0 });

describe("applyAllowList", () => {
  const allowed = parseAllowList("# known\nTestShare  # no share groups\n", "x.allow");

  it.each([
    ["lets a listed failure pass", [failed("TestShare"), passed("TestA")], []],
    ["keeps other failures", [failed("TestShare"), failed("TestA")], ["TestA"]],
    ["fails a listed test that passes", [passed("TestShare")], ["TestShare"]],
    ["fails a listed test that does not exist", [passed("TestA")], ["TestShare"]],
  ])("%s", (_, checks, expected) => {
    const failures = applyAllowList(checks, allowed).filter(({ error }) => error !== null);
    expect(failures.map(({ name }) => name)).toEqual(expected);
  });

  it("refuses an entry without a reason", () => {
    expect(() => parseAllowList("TestShare\n", "x.allow")).toThrow(/reason.*x\.allow/);
  });
});
