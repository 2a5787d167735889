import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { FieldType } from "@millrace/model";
import { isoTimeOfBytes, parseIsoTime } from "./iso-time.ts";
import { fieldsOfJson } from "./json-fields.ts";
import { createValueDecoder } from "./value-decoder.ts";

const FIELDS = { date: "timestamp", delay: "int", share: "double", late: "boolean", origin: "string" } as const satisfies Record<
  string,
  FieldType
>;
const encoder = new TextEncoder();

type Outcome = { readonly value: unknown } | { readonly error: string };

function outcome(run: () => unknown): Outcome {
  try {
    return { value: run() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Decodes all texts with one decoder, so that it uses what it learned from those before, and compares with the plain way. */
function check(texts: readonly string[]): void {
  for (const generatedAfter of [Infinity, 0, 2]) checkWith(texts, generatedAfter);
}

function checkWith(texts: readonly string[], generatedAfter: number): void {
  const decode = createValueDecoder({ format: "json", fields: FIELDS }, undefined, generatedAfter);
  const padding = encoder.encode(`"x":1}`); // bytes behind a record belong to the next one
  for (const text of texts) {
    const bytes = encoder.encode(text);
    const buffer = Uint8Array.of(...encoder.encode("{9"), ...bytes, ...padding);
    const fast = outcome(() => decode(buffer, 2, 2 + bytes.length));
    expect(fast).toEqual(outcome(() => fieldsOfJson(text, Object.entries(FIELDS))));
  }
}

const RECORD = `{"date":"2001-01-01T00:01:00.000Z","delay":-14,"distance":2475.5,"share":0.125,"late":false,"origin":"JFK","destination":"LAX"}`;

describe("JSON decoder with fields", () => {
  it("gives what JSON.parse gives, for records of one shape and for others between", () => {
    check([
      RECORD,
      RECORD.replace("JFK", "SFO"),
      RECORD.replace("-14", "-0"),
      RECORD.replace("-14", "1e3"),
      RECORD.replace("-14", "12.0"),
      RECORD.replace("-14", "012"),
      RECORD.replace("-14", "--1"),
      RECORD.replace("-14", "-"),
      RECORD.replace("-14", "1.5"),
      RECORD.replace("-14", "null"),
      RECORD.replace("-14", "12345678901234567890"),
      RECORD.replace("0.125", "0.1"),
      RECORD.replace("0.125", "123456.789"),
      RECORD.replace("0.125", "1."),
      RECORD.replace("0.125", ".5"),
      RECORD.replace("0.125", "0.30000000000000004"),
      RECORD.replace("0.125", "-0.0"),
      RECORD.replace("2475.5", "true"),
      RECORD.replace("2475.5", "tru"),
      RECORD.replace("2475.5", "[1]"),
      RECORD.replace("2475.5", '"a\\u0041"'),
      RECORD.replace("2475.5", '"a\tb"'),
      RECORD.replace("false", "true"),
      RECORD.replace("false", "null"),
      RECORD.replace("JFK", "J\\nK"),
      RECORD.replace("JFK", "Jürgen 😀"),
      RECORD.replace("JFK", "\ufeffx"),
      RECORD.replace("JFK", ""),
      RECORD.replace("JFK", "J\u0001"),
      RECORD.replace('"JFK"', "1"),
      RECORD.replace("2001-01-01T00:01:00.000Z", "2001-02-30T00:01:00.000Z"),
      RECORD.replace("2001-01-01T00:01:00.000Z", "2000-02-29T23:59:59Z"),
      RECORD.replace("2001-01-01T00:01:00.000Z", "2001-01-01 00:01"),
      RECORD.replace("2001-01-01T00:01:00.000Z", "2001-01-01T00:01:00+02:00"),
      RECORD.replace('"2001-01-01T00:01:00.000Z"', "978307260000"),
      RECORD.replace('"destination"', '"origin"'),
      RECORD.replace(",", " ,"),
      RECORD.slice(0, -1),
      `${RECORD}}`,
      ` ${RECORD} `,
      "[]",
      "null",
      "{}",
      RECORD,
    ]);
  });

  it("takes any name for a field", () => {
    const names = ["constructor", "a'b", "${1}", "`];//", "\u2028", "ü", "__proto__", ""];
    const fields = Object.fromEntries(names.map((name) => [name, "int" as const]));
    const values = names.map((name, index) => [name, index] as const);
    const bytes = encoder.encode(JSON.stringify(Object.fromEntries(values)));
    for (const generatedAfter of [Infinity, 0]) {
      const decode = createValueDecoder({ format: "json", fields }, undefined, generatedAfter);
      for (let k = 0; k < 3; k++) expect(Object.entries(decode(bytes, 0, bytes.length) as object)).toEqual(values);
    }
  });

  it("gives what JSON.parse gives for any records", () => {
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.integer() },
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom("JFK", "LAX"),
    );
    const good = fc.record({
      date: fc.oneof(fc.integer(), fc.date({ noInvalidDate: true, min: new Date(0) })),
      delay: fc.integer(),
      distance: value,
      share: fc.double({ noNaN: true, noDefaultInfinity: true }),
      late: fc.boolean(),
      origin: fc.string({ maxLength: 5 }),
    });
    const other = fc.dictionary(fc.constantFrom("date", "delay", "share", "late", "origin", "more"), value);
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: good }, other), { maxLength: 12 }), fc.boolean(), (records, spaced) => {
        check(records.map((record) => JSON.stringify(record, null, spaced ? 1 : undefined)));
      }),
      { numRuns: 300 },
    );
  });

  it("gives what JSON.parse gives for damaged records", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(RECORD.length - 1), fc.string({ maxLength: 2 })), { maxLength: 20 }), (damages) => {
        check([RECORD, ...damages.map(([position, text]) => RECORD.slice(0, position) + text + RECORD.slice(position + 1)), RECORD]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("isoTimeOfBytes", () => {
  it("agrees with the platform on every time it takes", () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date("0000-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z") }),
        (date) => {
          const bytes = encoder.encode(date.toISOString());
          expect(isoTimeOfBytes(bytes, 0, bytes.length)).toBe(date.getTime());
          expect(parseIsoTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  it("reads a time without zone as UTC", () => {
    expect(parseIsoTime("2001-01-01T00:01")).toBe(Date.UTC(2001, 0, 1, 0, 1));
    expect(parseIsoTime("2001-01-01")).toBe(Date.UTC(2001, 0, 1));
    expect(parseIsoTime("2001-04-31")).toBeUndefined();
  });
});
