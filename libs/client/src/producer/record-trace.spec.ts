import { describe, expect, it } from "@jest/globals";
import { NO_TRACER, type Span, type Tracer } from "@millrace/ports";
import { traceRecord } from "./record-trace.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function sampling(): { tracer: Tracer; log: string[] } {
  const log: string[] = [];
  const span: Span = {
    traceparent: TRACEPARENT,
    setAttribute: () => undefined,
    end: (error) => log.push(error === undefined ? "end" : "end with error"),
  };
  const tracer: Tracer = {
    isOn: true,
    startSpan: () => undefined,
    wantsRoot: () => true,
    startRoot: (name, options) => {
      log.push(`${options.kind ?? ""} ${name}`);
      return span;
    },
  };
  return { tracer, log };
}

describe("traceRecord", () => {
  it("puts the context behind the record's own headers and ends the span when the record is stored", () => {
    const { tracer, log } = sampling();
    const own = { key: "own", value: new Uint8Array([1]) };
    const traced = traceRecord(tracer, "t", { value: null, headers: [own] });
    expect(traced?.record.headers).toEqual([own, { key: "traceparent", value: new TextEncoder().encode(TRACEPARENT) }]);
    traced?.waiter.settle({ baseOffset: 5 });
    expect(log).toEqual(["producer send t", "end"]);
  });

  it("leaves a record alone that is not sampled", () => {
    expect(traceRecord(NO_TRACER, "t", { value: null })).toBeUndefined();
  });

  it("keeps a context that is there", () => {
    const { tracer, log } = sampling();
    expect(traceRecord(tracer, "t", { value: null, headers: [{ key: "traceparent", value: null }] })).toBeUndefined();
    expect(log).toEqual([]);
  });
});
