import { describe, expect, it } from "@jest/globals";
import { type LogRecord, NO_VALUE_FORMATS } from "@millrace/ports";
import { logRecordReader } from "./log-records.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const RECORD: LogRecord = {
  topic: "t",
  partition: 1,
  offset: 7,
  timestampMs: 5,
  key: bytes("k"),
  value: bytes('{"a":1}'),
  headers: [["h", null]],
};
const json = { format: "json" } as const;
const string = { format: "string" } as const;

describe("logRecordReader", () => {
  it("makes values, pairs and whole records", () => {
    const made = (elements: "value" | "pair" | "record"): unknown =>
      logRecordReader({ value: json, key: string, elements, onBadRecord: "fail" }, NO_VALUE_FORMATS)(RECORD);
    expect([made("value"), made("pair"), made("record")]).toEqual([
      { a: 1 },
      ["k", { a: 1 }],
      { key: "k", value: { a: 1 }, timestamp: 5, topic: "t", partition: 1, offset: 7, headers: [["h", new Uint8Array(0)]] },
    ]);
  });

  it("refuses what has no value, and a pair without a key", () => {
    const pair = logRecordReader({ value: json, elements: "pair", onBadRecord: "fail" }, NO_VALUE_FORMATS);
    expect(() => pair({ ...RECORD, value: null })).toThrow("no value");
    expect(() => pair({ ...RECORD, key: null })).toThrow("no key");
  });
});
