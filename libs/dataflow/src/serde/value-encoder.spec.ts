import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createValueEncoder } from "./value-encoder.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

describe("createValueEncoder", () => {
  it("gives bytes that later texts do not touch", () => {
    const encode = createValueEncoder({ format: "string" });
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }).filter((one) => one.isWellFormed()),
      fc.integer({ min: 0, max: 300_000 }).map((length) => "x".repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (list) => {
        const encoded = list.map((one) => encode(one));
        expect(encoded.map((bytes) => decoder.decode(bytes ?? undefined))).toEqual(list);
      }),
    );
  });

  it("writes a tombstone for undefined, and JSON null for null", () => {
    const json = createValueEncoder({ format: "json" });
    expect(json(undefined)).toBeNull();
    expect(decoder.decode(json(null) ?? undefined)).toBe("null");
    expect(createValueEncoder({ format: "string" })(null)).toBeNull();
  });

  it("refuses what its format cannot hold", () => {
    expect(() => createValueEncoder({ format: "string" })(1)).toThrow(TypeError);
    expect(() => createValueEncoder({ format: "bytes" })("x")).toThrow(TypeError);
    expect(() => createValueEncoder({ format: "json" })(1n)).toThrow(TypeError);
  });
});
