import { describe, expect, it } from "@jest/globals";
import { checkJob } from "./check-job.ts";
import type { InputEvent, Out } from "./job-model.ts";

const AT = 1_000_000;
/** Two events of one key, the first of them written twice. */
const INPUTS: readonly InputEvent[] = [
  { k: "k1", n: 0, at: AT },
  { k: "k1", n: 0, at: AT },
  { k: "k1", n: 1, at: AT + 1 },
];
const RIGHT: readonly Out[] = [
  { t: "seq", k: "k1", n: 0, c: 1 },
  { t: "seq", k: "k1", n: 0, c: 2 },
  { t: "seq", k: "k1", n: 1, c: 3 },
  { t: "tot", g: "g1", k: "k1", c: 1, total: 1 },
  { t: "tot", g: "g1", k: "k1", c: 2, total: 2 },
  { t: "tot", g: "g1", k: "k1", c: 3, total: 3 },
  { t: "once", k: "k1", n: 0, at: AT },
  { t: "once", k: "k1", n: 1, at: AT + 1 },
  { t: "win", k: "k1", start: AT, count: 2 },
  { t: "timer", k: "k1", at: AT + 3_000, count: 1 },
  { t: "timer", k: "k1", at: AT + 3_001, count: 1 },
];

function check(outputs: readonly Out[]): { missing: string[]; wrong: string[] } {
  const { missing, wrong } = checkJob({ inputs: [INPUTS], outputs: [outputs] });
  const groupOf = (finding: string): string => finding.slice(0, finding.indexOf(":"));
  return { missing: missing.map(groupOf), wrong: wrong.map(groupOf) };
}

const without = (index: number): Out[] => RIGHT.filter((_, at) => at !== index);
const instead = (index: number, out: Out): Out[] => RIGHT.map((right, at) => (at === index ? out : right));

describe("checkJob", () => {
  it("finds nothing in what a job should write", () => {
    expect(check(RIGHT)).toEqual({ missing: [], wrong: [] });
  });

  it("allows that late ones do not pass, each of its copies", () => {
    const late: Out = { t: "late", k: "k1", n: 1, at: AT + 1 };
    const outputs = without(10).filter((out) => !(out.t === "once" && out.n === 1));
    const windows = outputs.map((out): Out => (out.t === "win" ? { ...out, count: 1 } : out));
    expect(check([...windows, late])).toEqual({ missing: [], wrong: [] });
  });

  it.each(RIGHT.map((out, index) => [out.t, index] as const))("misses a %s that is not there (%i)", (_, index) => {
    const { missing, wrong } = check(without(index));
    expect(missing.length + wrong.length).toBeGreaterThan(0);
  });

  it.each(RIGHT.map((out, index) => [out.t, index] as const))("finds a %s that came out twice (%i)", (_, index) => {
    const doubled = RIGHT.flatMap((out, at) => (at === index ? [out, out] : [out]));
    expect(check(doubled).wrong.length).toBeGreaterThan(0);
  });

  it("finds a count out of order, a window with too many, and an event from nowhere", () => {
    expect(check(instead(0, { t: "seq", k: "k1", n: 0, c: 2 })).wrong).toEqual(["job sequence"]);
    expect(check(instead(8, { t: "win", k: "k1", start: AT, count: 3 })).wrong).toEqual(["job conservation"]);
    expect(check([...RIGHT, { t: "once", k: "k1", n: 7, at: AT }]).wrong).toContain("job output");
  });

  it("finds a late one that passed as well", () => {
    expect(check([...RIGHT, { t: "late", k: "k1", n: 1, at: AT + 1 }]).wrong).toEqual(["job conservation"]);
  });
});
