import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { nexmarkEvent } from "./generator.ts";

const SETTINGS = { seed: 1, eventsPerSecond: 10_000, group: 1 };
const first = Array.from({ length: 10_000 }, (_, k) => nexmarkEvent(k, SETTINGS));

describe("nexmarkEvent", () => {
  it("makes 1 person, 3 auctions and 46 bids of 50 events, with ids that count up", () => {
    const kinds = first.map(({ kind }) => kind);
    expect([0, 1, 2].map((kind) => kinds.filter((each) => each === kind).length)).toEqual([200, 600, 9_200]);
    const idsOf = (kind: 0 | 1): number[] => first.flatMap((event) => (event.kind === kind && "id" in event ? [event.id] : []));
    expect(idsOf(0)).toEqual(Array.from({ length: 200 }, (_, index) => 1_000 + index));
    expect(idsOf(1)).toEqual(Array.from({ length: 600 }, (_, index) => 1_000 + index));
  });

  it("gives them about 200, 500 and 100 bytes and more, and times at the rate", () => {
    const mean = (kind: number): number => {
      const sizes = first.filter((event) => event.kind === kind).map((event) => JSON.stringify(event).length);
      return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    };
    expect(mean(0)).toBeGreaterThan(250);
    expect(mean(0)).toBeLessThan(350);
    expect(mean(1)).toBeGreaterThan(550);
    expect(mean(1)).toBeLessThan(750);
    expect(mean(2)).toBeGreaterThan(180);
    expect(mean(2)).toBeLessThan(320);
    expect((first.at(-1)?.dateTime ?? 0) - (first[0]?.dateTime ?? 0)).toBe(999);
  });

  it("lets half the bids go to the hot auction, and three of four come from the hot bidder", () => {
    const bids = first.flatMap((event) => (event.kind === 2 ? [event] : []));
    const hot = bids.filter(({ auction }) => (auction - 1_000) % 100 === 0).length / bids.length;
    const bidder = bids.filter(({ bidder }) => (bidder - 1_000) % 100 === 1).length / bids.length;
    expect(hot).toBeCloseTo(0.5, 1);
    expect(bidder).toBeCloseTo(0.75, 1);
  });

  it("changes the order within groups only, not the events", () => {
    const grouped = Array.from({ length: 2_000 }, (_, k) => nexmarkEvent(k, { ...SETTINGS, group: 1_000 }));
    const texts = (events: readonly object[]): string[] => events.map((event) => JSON.stringify(event)).sort();
    expect(grouped).not.toEqual(first.slice(0, 2_000));
    expect(texts(grouped.slice(0, 1_000))).toEqual(texts(first.slice(0, 1_000)));
    expect(texts(grouped.slice(1_000))).toEqual(texts(first.slice(1_000, 2_000)));
  });

  it("is the same for ever", () => {
    const digestOf = (from: number): string => {
      const hash = createHash("sha256");
      for (let k = from; k < from + 1_000; k++) hash.update(JSON.stringify(nexmarkEvent(k, SETTINGS)));
      return hash.digest("hex").slice(0, 32);
    };
    expect([digestOf(0), digestOf(1e9)]).toEqual(["6dd7baf4f6b243e9056d002eec8f7d9b", "43099edf8b9c670ca9e2a7b4919594a4"]);
  });
});
