import { describe, expect, it } from "@jest/globals";
import { ExpectedDelays } from "./expected.ts";
import { Verification } from "./verify.ts";

function expected(): ExpectedDelays {
  const delays = new ExpectedDelays();
  for (let minute = 0; minute < 60; minute++) {
    delays.add({ date: new Date(Date.UTC(2001, 0, 1, 5, minute)), delay: minute - 10, distance: 1, origin: "ABQ", destination: "BOS" });
  }
  return delays;
}

function verdict(change: (all: ReturnType<typeof allResults>) => ReturnType<typeof allResults>): readonly string[] {
  const verification = new Verification();
  for (const result of change(allResults())) verification.add(result);
  return verification.compareWith(expected()).differences;
}

const allResults = () => [...expected().results()];

describe("Verification", () => {
  it("has an hour, 24 sliding windows and a top ten for an hour of flights", () => {
    expect(allResults()).toHaveLength(1 + 24 + 1);
    expect(allResults()[0]).toMatchObject({ kind: "hour", flights: 60, meanDelay: 19.5, lateShare: 34 / 60 });
  });

  it("finds nothing where all is equal", () => {
    expect(verdict((all) => all)).toEqual([]);
  });

  it("finds a missing window", () => {
    expect(verdict((all) => all.slice(1))[0]).toMatch("missing: hour/ABQ");
  });

  it("finds a window that came twice", () => {
    expect(verdict((all) => [...all, ...all.slice(3, 4)])[0]).toMatch("twice: last-24-hours/ABQ");
  });

  it("finds a wrong number", () => {
    const off = verdict((all) => all.map((result) => (result.kind === "hour" ? { ...result, flights: result.flights + 1 } : result)));
    expect(off[0]).toMatch("differs: hour/ABQ");
  });

  it("finds a window too many", () => {
    const first = allResults()[0];
    if (first?.kind !== "hour") throw new Error("hour expected");
    expect(verdict((all) => [...all, { ...first, start: first.start - 3_600_000, end: first.start }])).toEqual([
      "1 windows that should not be there",
    ]);
  });
});
