import { describe, expect, it } from "@jest/globals";
import { SeededRandom } from "./random.ts";

describe("SeededRandom", () => {
  it("gives the same values for the same seed and others for another", () => {
    const values = (seed: number): string => new SeededRandom(seed).hex(16);
    expect(values(7)).toBe(values(7));
    expect(values(7)).not.toBe(values(8));
    expect(values(7)).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is uniform enough to draw from", () => {
    const random = new SeededRandom(1);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) {
      const drawn = random.integer(10);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1_100);
  });
});
