import { describe, expect, it } from "@jest/globals";
import { NO_TRACER, type Span, type Tracer } from "@millrace/ports";
import { RecordTraces } from "./record-trace.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function sampling(passOver: number[] = [0], hasRoom = true): { tracer: Tracer; log: string[] } {
  const log: string[] = [];
  const span: Span = {
    traceparent: TRACEPARENT,
    setAttribute: () => undefined,
    end: (error) => log.push(error === undefined ? "end" : "end with error"),
  };
  const tracer: Tracer = {
    isOn: true,
    startSpan: () => undefined,
    wantsRoot: () => hasRoom,
    drawRoot: () => passOver.shift() ?? Infinity,
    startRoot: (name, options) => {
      log.push(`${options.kind ?? ""} ${name}`);
      return span;
    },
  };
  return { tracer, log };
}

describe("RecordTraces", () => {
  it("puts the context behind the record's own headers and ends the span when the record is stored", () => {
    const { tracer, log } = sampling();
    const own = { key: "own", value: new Uint8Array([1]) };
    const traced = new RecordTraces(tracer).begin("t", { value: null, headers: [own] });
    expect(traced?.record.headers).toEqual([own, { key: "traceparent", value: new TextEncoder().encode(TRACEPARENT) }]);
    traced?.waiter.settle({ baseOffset: 5 });
    expect(log).toEqual(["producer send t", "end"]);
  });

  it("leaves a record alone that is not sampled", () => {
    expect(new RecordTraces(NO_TRACER).begin("t", { value: null })).toBeUndefined();
  });

  it("passes over as many as were drawn, and draws again after each that is followed", () => {
    const { tracer, log } = sampling([2, 0, 1]);
    const traces = new RecordTraces(tracer);
    const followed = Array.from({ length: 8 }, () => traces.begin("t", { value: null }) !== undefined);
    expect(followed).toEqual([false, false, true, true, false, true, false, false]);
    expect(log).toHaveLength(3);
  });

  it("leaves a record alone that was drawn while there are too many", () => {
    const { tracer, log } = sampling([0, 0], false);
    expect(new RecordTraces(tracer).begin("t", { value: null })).toBeUndefined();
    expect(log).toEqual([]);
  });

  it("keeps a context that is there", () => {
    const { tracer, log } = sampling();
    expect(new RecordTraces(tracer).begin("t", { value: null, headers: [{ key: "traceparent", value: null }] })).toBeUndefined();
    expect(log).toEqual([]);
  });
});
