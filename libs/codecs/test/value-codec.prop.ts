import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import fc from "fast-check";
import { createValueCodec } from "../src/index.ts";

const codec = createValueCodec();

/** Anything that state may hold; strings without lone surrogates, which UTF-8 cannot carry. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<unknown>(undefined, null, true, false, NaN, -0, 0, Infinity, -Infinity),
    fc.integer(),
    fc.double(),
    fc.maxSafeInteger(),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
    fc.string({ unit: "grapheme" }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.array(tie("value")),
    fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((key) => key !== "__proto__"),
      tie("value"),
      { noNullPrototype: true },
    ),
    fc.array(fc.tuple(tie("value"), tie("value"))).map((entries) => new Map(entries)),
    fc.array(tie("value")).map((members) => new Set(members)),
  ),
}));

describe("ValueCodec", () => {
  it("gives back any value, whatever was encoded before", () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(codec.decode(codec.encode(original))).toStrictEqual(original);
      }),
      { numRuns: 3_000 },
    );
  });

  it("answers damaged bytes with a value or a typed error, and goes on working", () => {
    fc.assert(
      fc.property(value, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(), (original, changes, cut) => {
        const bytes = codec.encode(original);
        for (const [position, byte] of changes) bytes[position % bytes.length] = byte;
        try {
          codec.decode(cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes);
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== "corrupt-value") throw error;
        }
        expect(codec.decode(codec.encode([{ a: 1 }]))).toStrictEqual([{ a: 1 }]);
      }),
      { numRuns: 3_000 },
    );
  });
});
