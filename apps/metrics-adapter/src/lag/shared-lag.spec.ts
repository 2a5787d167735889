import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "@millrace/testkit";
import { ANSWER_FRESH_MS } from "../limits.ts";
import type { Lag } from "./lag-source.ts";
import { sharedLag } from "./shared-lag.ts";

function rig() {
  const clock = new ManualClock();
  const asked: string[] = [];
  let isAway = false;
  const answer = (what: string): Promise<readonly Lag[]> => {
    asked.push(what);
    return isAway ? Promise.reject(new Error("away")) : Promise.resolve([]);
  };
  const source = sharedLag({ jobs: () => answer("jobs"), groups: (names) => answer(String(names)) }, clock);
  return { clock, asked, source, away: (value: boolean) => (isAway = value) };
}

describe("sharedLag", () => {
  it("asks once for questions at nearly the same time, by what they ask", async () => {
    const { clock, asked, source } = rig();
    await Promise.all([source.jobs(), source.jobs(), source.groups(["a"]), source.groups(["b"]), source.groups(undefined)]);
    await source.jobs();
    expect(asked).toEqual(["jobs", "a", "b", "undefined"]);
    await clock.advance(ANSWER_FRESH_MS);
    await source.jobs();
    expect(asked).toHaveLength(5);
  });

  it("asks again after a failure", async () => {
    const { asked, source, away } = rig();
    away(true);
    await expect(source.jobs()).rejects.toThrow("away");
    away(false);
    expect(await source.jobs()).toEqual([]);
    expect(asked).toHaveLength(2);
  });
});
