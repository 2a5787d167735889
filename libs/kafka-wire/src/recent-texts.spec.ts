import { describe, expect, it } from "@jest/globals";
import { RecentTexts } from "./recent-texts.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("RecentTexts", () => {
  it("gives each text as its bytes say, also of those that share an entry", () => {
    const texts = new RecentTexts();
    const all = Array.from({ length: 5_000 }, (_, index) => `topic-${index * 7}`);
    for (let round = 0; round < 2; round++) {
      for (const text of all) {
        const bytes = bytesOf(`xx${text}yy`);
        expect(texts.find(bytes, 2, bytes.length - 2)).toBe(text);
      }
    }
  });

  it("leaves what is long or not ASCII to others", () => {
    const texts = new RecentTexts();
    expect(texts.find(bytesOf("ä"), 0, 2)).toBeUndefined();
    expect(texts.find(bytesOf("a".repeat(65)), 0, 65)).toBeUndefined();
    expect(texts.find(bytesOf("a".repeat(64)), 0, 64)).toBe("a".repeat(64));
    expect(texts.find(bytesOf(""), 0, 0)).toBe("");
  });
});
