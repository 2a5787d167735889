import { describe, expect, it } from "@jest/globals";
import { SeededRandom } from "@millrace/testkit";
import { checkHistory, decodeHistory, encodeEvent, formatVerdict, type HistoryEvent } from "../src/index.ts";
import { corruptions } from "./corruptions.ts";
import { RandomHistory } from "./random-history.ts";

const SEEDS = 150;
const STEPS = 400;

function historyOf(seed: number): readonly HistoryEvent[] {
  return new RandomHistory(new SeededRandom(seed)).run(STEPS);
}

describe("a history of a correct log", () => {
  it("has no finding that fails, whatever the seed", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const verdict = checkHistory(historyOf(seed));
      if (!verdict.isCorrect) throw new Error(`seed ${seed}: ${formatVerdict(verdict, { findingsMax: 3 })}`);
      expect(verdict.counts.valuesRead).toBeGreaterThan(10);
      expect(verdict.counts.failed).toBeGreaterThan(0);
      expect(verdict.counts.unknown).toBeGreaterThan(0);
    }
  });

  it("is the same after a way through JSON lines", () => {
    const history = historyOf(1);
    expect(decodeHistory(history.map(encodeEvent).join(""))).toEqual(history);
  });
});

describe("a history with one corruption", () => {
  it.each(Object.entries(corruptions))("is found: %s", (_name, corrupt) => {
    let corrupted = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const history = corrupt(historyOf(seed), new SeededRandom(seed));
      if (history === undefined) continue;
      corrupted++;
      if (checkHistory(history).isCorrect) throw new Error(`seed ${seed}: not found`);
    }
    expect(corrupted).toBeGreaterThan(SEEDS / 2);
  });
});
