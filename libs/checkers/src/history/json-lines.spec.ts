import { describe, expect, it } from "@jest/globals";
import { pairOperations } from "../pair-operations.ts";
import type { HistoryEvent } from "./event.ts";
import { HistoryError } from "./history-error.ts";
import { decodeEvent, decodeHistory, encodeEvent } from "./json-lines.ts";

const send: HistoryEvent = { i: 0, t: 5, p: 1, type: "invoke", f: "send", v: [["send", "a", 7]] };

describe("decodeHistory", () => {
  it("reads what was written, and leaves out a line that was torn off", () => {
    const end: HistoryEvent = { i: 1, t: 6, p: 1, type: "ok", f: "send", v: [["send", "a", [0, 7]]] };
    const text = encodeEvent(send) + encodeEvent(end);
    expect(decodeHistory(text)).toEqual([send, end]);
    expect(decodeHistory(text.slice(0, -5))).toEqual([send]);
  });

  it.each([
    ["{", "not JSON"],
    ["null", "not an object"],
    [JSON.stringify({ ...send, i: 4 }), "numbered from 0"],
    [JSON.stringify({ ...send, p: "1" }), "must be numbers"],
    [JSON.stringify({ ...send, type: "maybe" }), "type is maybe"],
    [JSON.stringify({ ...send, f: "write" }), "f is write"],
    [JSON.stringify({ ...send, v: undefined }), "v is missing"],
  ])("refuses %s", (text, message) => {
    expect(() => decodeEvent(text, 0)).toThrow(message);
    expect(() => decodeEvent(text, 0)).toThrow(HistoryError);
  });
});

describe("pairOperations", () => {
  it.each<[string, readonly HistoryEvent[]]>([
    ["still has line 0 under way", [send, { ...send, i: 1 }]],
    ["completes a poll that it did not begin", [send, { i: 1, t: 1, p: 1, type: "ok", f: "poll", v: [["poll"]] }]],
    ["goes on after an info", [send, { ...send, i: 1, type: "info" }, { ...send, i: 2 }]],
  ])("refuses a process that %s", (message, history) => {
    expect(() => pairOperations(history)).toThrow(message);
  });

  it("takes what never completed as unknown", () => {
    expect(pairOperations([send]).map(({ outcome }) => outcome)).toEqual(["info"]);
  });
});
