import { describe, expect, it } from "@jest/globals";
import type { RecordFormat } from "./commands/records.ts";
import { formatField, parseField } from "./record-format.ts";

describe("record formats", () => {
  it.each<[RecordFormat, string, string, string]>([
    ["string", "é:1", "c3a93a31", "é:1"],
    ["json", '{"a": 1}', "7b2261223a20317d", '{"a":1}'],
    ["hex", "00fF", "00ff", "00ff"],
    ["base64", "AP8=", "00ff", "AP8="],
    ["base64", "AP8", "00ff", "AP8="],
    ["msgpack", '{"a":[1,null,"x"]}', "81a16193 01c0a178".replace(" ", ""), '{"a":[1,null,"x"]}'],
  ])("%s %s is written as %s and shown as %s", (format, text, hex, shown) => {
    const bytes = parseField(Buffer.from(text), format, { field: "value" });
    expect(Buffer.from(bytes).toString("hex")).toBe(hex);
    expect(formatField(bytes, format, { field: "value", offset: 0 })).toBe(shown);
  });

  it.each<[RecordFormat, string]>([
    ["json", "{"],
    ["hex", "abc"],
    ["hex", "zz"],
    ["base64", "A"],
    ["base64", "?"],
    ["msgpack", "not json"],
  ])("%s refuses %s, and says where", (format, text) => {
    expect(() => parseField(Buffer.from(text), format, { field: "key", line: 3 })).toThrow(
      /key is not .* choose another --key-format line=3/,
    );
  });

  it.each<RecordFormat>(["json", "msgpack"])("%s refuses bytes that are not, and names hex", (format) => {
    expect(() => formatField(Uint8Array.of(0xc1, 0x7b), format, { field: "value", offset: 9 })).toThrow(/hex shows any bytes offset=9/);
  });

  it("shows null as null", () => {
    expect(formatField(null, "json", { field: "value", offset: 0 })).toBe("null");
  });
});
