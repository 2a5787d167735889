import { describe, expect, it } from "@jest/globals";
import { compared, figureOfCase, type MicroFigure } from "./baseline.ts";
import { measureCase } from "./measure-case.ts";
import { benchModuleOf } from "./micro-case.ts";

const figure = (ratio: number, noise = 0): MicroFigure => ({ unit: "records", ratio, noise, nsPerUnit: 1 });

describe("compared", () => {
  it.each([
    [figure(1.05), figure(1), "same"],
    [figure(1.2), figure(1), "slower"],
    [figure(0.8), figure(1), "faster"],
    [figure(1.2, 0.08), figure(1, 0.04), "same"],
    [figure(1.3, 0.08), figure(1, 0.04), "slower"],
  ])("calls %j after %j %s", (now, then, change) => {
    expect(compared({ a: now }, { a: then })).toEqual([expect.objectContaining({ change, factor: now.ratio })]);
  });

  it("knows nothing of a case that was not there", () => {
    expect(compared({ a: figure(1) }, {})).toEqual([expect.objectContaining({ change: "new", factor: undefined })]);
  });
});

describe("figureOfCase", () => {
  it("takes the median of the processes, and half of what lies between them as noise", () => {
    const taken = [2, 1, 1.5].map((ratio) => ({ name: "a", unit: "records", ratio, nsPerUnit: ratio * 10 }));
    expect(figureOfCase(taken)).toEqual({ unit: "records", ratio: 1.5, noise: 0.3333, nsPerUnit: 15 });
  });
});

describe("measureCase", () => {
  it("gives a unit's time as a part of the reference loop's", async () => {
    // A clock that each run of the case moves by 2 ms, and each look at it by 1: a reference loop takes 1 ms, a case of n runs 2n + 1.
    let atMs = 0;
    const run = (): number => (atMs += 2);
    const options = { rounds: 3, sliceMs: 100, cpuMs: () => atMs++, reference: { turns: 10, run: () => undefined } };
    const figures = await measureCase({ name: "a", unit: "records", units: 4, run }, options);
    expect(figures.nsPerUnit).toBeCloseTo((129 * 1e6) / (64 * 4));
    expect(figures.ratio).toBeCloseTo(figures.nsPerUnit / (1e6 / 10));
  });
});

describe("benchModuleOf", () => {
  const micro = { name: "a", unit: "records", units: 1, run: () => 0 };

  it.each([
    [undefined, /exports cases.*file=x/],
    [{ cases: [] }, /exports cases/],
    [{ cases: [{ ...micro, units: 0 }] }, /exports cases/],
    [{ cases: [micro, micro] }, /two cases have one name.*name=a/],
  ])("refuses %j", (exported, message) => {
    expect(() => benchModuleOf("x", exported)).toThrow(message);
  });

  it("closes what the module opened", async () => {
    let isClosed = false;
    await benchModuleOf("x", { cases: [micro], close: () => (isClosed = true) }).close();
    expect(isClosed).toBe(true);
  });
});
