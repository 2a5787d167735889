import { describe, expect, it } from "@jest/globals";
import { formatAge, formatBytes, formatCount, formatTime } from "./format.ts";
import { jsonLine } from "./json.ts";
import { table } from "./table.ts";

describe("formats", () => {
  it.each([
    [formatCount(1_234_567), "1,234,567"],
    [formatCount(1_234_567n), "1,234,567"],
    [formatBytes(999), "999 B"],
    [formatBytes(1_500), "1.5 kB"],
    [formatBytes(2_500_000_000), "2.5 GB"],
    [formatTime(0), "1970-01-01T00:00:00Z"],
    [formatTime(1), "1970-01-01T00:00:00.001Z"],
    [formatAge(-5), "0s"],
    [formatAge(59_999), "59s"],
    [formatAge(3_600_000), "1h"],
    [formatAge(90_061_000), "1d 1h"],
    [formatAge(3_605_000), "1h"],
  ])("%s", (got, expected) => {
    expect(got).toBe(expected);
  });
});

describe("jsonLine", () => {
  it("makes plain what JSON does not know", () => {
    expect(jsonLine({ $typeName: "x.Y", big: 12n, bytes: new Uint8Array([1, 2]), list: [1n] })).toBe(
      '{"big":12,"bytes":"AQI=","list":[1]}\n',
    );
  });
});

describe("table", () => {
  it("aligns numbers to the right and text to the left", () => {
    expect(
      table(
        ["name", "count"],
        [
          ["a", "1"],
          ["long", "1,000"],
        ],
      ),
    ).toBe("name  count\na         1\nlong  1,000\n");
  });
});
