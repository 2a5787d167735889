import { describe, expect, it } from "@jest/globals";
import { durationOf, integer, pointInTimeOf, topicSelection, words } from "./options.ts";

describe("durations", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["15m", 900_000],
    ["12h", 43_200_000],
    ["7d", 604_800_000],
    ["PT1H30M", 5_400_000],
    ["P1DT1S", 86_401_000],
    ["P", undefined],
    ["PT", undefined],
    ["5", undefined],
    ["-5m", undefined],
    ["1w", undefined],
  ])("%s is %s ms", (text, expected) => {
    expect(durationOf(text)).toBe(expected);
  });
});

describe("points in time", () => {
  it.each([
    ["1970-01-02", 86_400_000],
    ["1970-01-01T01:00", 3_600_000],
    ["1970-01-01 01:00:00", 3_600_000],
    ["1970-01-01T01:00:00.5Z", 3_600_500],
    ["1970-01-01T01:00:00+01:00", 0],
    ["1764158400000", 1_764_158_400_000],
    ["1970-13-01", undefined],
    ["noon", undefined],
    ["12", undefined],
  ])("%s is %s", (text, expected) => {
    expect(pointInTimeOf(text)).toBe(expected);
  });
});

describe("other options", () => {
  it("takes topics with and without partitions", () => {
    expect(topicSelection("b:0,12", topicSelection("a"))).toEqual([{ topic: "a" }, { topic: "b", partitions: [0, 12] }]);
    for (const text of ["", ":1", "a:", "a:x", "a:1,"]) expect(() => topicSelection(text)).toThrow("topic:0,2");
  });

  it("takes whole numbers of both signs", () => {
    expect([integer("-1_000"), integer("+7")]).toEqual([-1_000, 7]);
    for (const text of ["", "1.5", "--1", "x"]) expect(() => integer(text)).toThrow("whole number");
  });

  it("takes words with commas, in lower case", () => {
    expect(words("Stable, empty", ["dead"])).toEqual(["dead", "stable", "empty"]);
  });
});
