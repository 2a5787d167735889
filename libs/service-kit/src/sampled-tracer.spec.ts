import { describe, expect, it } from "@jest/globals";
import type { Span } from "@millrace/ports";
import { SampledTracer } from "./sampled-tracer.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

function tracerOf(ratio: number): { tracer: SampledTracer; started: string[] } {
  const started: string[] = [];
  const span: Span = { traceparent: `00-${TRACE}-01`, setAttribute: () => undefined, end: () => undefined };
  const tracer = new SampledTracer(ratio, (name) => {
    started.push(name);
    return span;
  });
  return { tracer, started };
}

describe("SampledTracer", () => {
  it.each([
    ["a sampled parent", 0, `00-${TRACE}-01`, true],
    ["a sampled parent with other flags", 0, `00-${TRACE}-03`, true],
    ["a parent that is not sampled", 1, `00-${TRACE}-00`, false],
    ["a parent that is not sampled, with other flags", 1, `00-${TRACE}-02`, false],
    ["no parent, all followed", 1, undefined, true],
    ["no parent, none followed", 0, undefined, false],
  ])("begins below %s only what is wanted", (_, ratio, parent, expected) => {
    const { tracer, started } = tracerOf(ratio);
    expect(tracer.startSpan("append", { parent }) !== undefined).toBe(expected);
    expect(started).toEqual(expected ? ["append"] : []);
  });

  it("asks nobody for a trace that is not followed", () => {
    const { tracer, started } = tracerOf(0.25);
    const begun = Array.from({ length: 200 }, () => tracer.startSpan("send", {})).filter((span) => span !== undefined).length;
    expect(started).toHaveLength(begun);
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThan(200);
  });
});
