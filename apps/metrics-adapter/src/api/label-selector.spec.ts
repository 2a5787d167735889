import { describe, expect, it } from "@jest/globals";
import { matches, parseLabelSelector, valuesAsked } from "./label-selector.ts";

/** Labels that the selector takes, of three. */
function taken(selector: string): string[] | undefined {
  const requirements = parseLabelSelector(selector);
  if (requirements === undefined) return undefined;
  const all: Record<string, string>[] = [{ job: "a" }, { job: "b" }, { group: "a" }];
  return all.filter((labels) => matches(requirements, labels)).map((labels) => Object.entries(labels).join());
}

describe("label selectors", () => {
  it.each([
    ["", ["job,a", "job,b", "group,a"]],
    ["job=a", ["job,a"]],
    ["job==a", ["job,a"]],
    ["job!=a", ["job,b", "group,a"]],
    ["job in (a, b)", ["job,a", "job,b"]],
    ["job in (a),job in (b)", []],
    ["job notin (a)", ["job,b", "group,a"]],
    ["job", ["job,a", "job,b"]],
    ["!job", ["group,a"]],
    ["job,job!=b", ["job,a"]],
    ["job=", []],
  ])("%s", (selector, expected) => {
    expect(taken(selector)).toEqual(expected);
  });

  it.each(["job in a", "job in (a", "=a", "job>1", "a b", ","])("%s is none", (selector) => {
    expect(taken(selector)).toBeUndefined();
  });

  it("say which values they ask for", () => {
    const asked = (text: string): unknown => valuesAsked(parseLabelSelector(text) ?? [], "group");
    expect([asked("group=g"), asked("group in (g,h)"), asked("group!=g"), asked("")]).toEqual([["g"], ["g", "h"], undefined, undefined]);
  });
});
