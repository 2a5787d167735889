import { createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { declared } from "./declared.fixture.ts";
import { MetricRegistry } from "./metric-registry.ts";
import { startOtlp } from "./otlp.ts";

/** A collector that takes everything: paths and bytes of the calls that it got. */
describe("startOtlp", () => {
  let collector: Http2Server;
  let calls: { path: string; body: string }[];

  beforeEach(async () => {
    calls = [];
    collector = createServer();
    collector.on("stream", (stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        calls.push({ path: String(headers[":path"]), body: Buffer.concat(chunks).toString("latin1") });
        stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.end(Buffer.alloc(5));
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => {
    collector.close();
  });

  it("exports spans below a sampled parent, none below an unsampled one, and the registry's metrics", async () => {
    const metrics = new MetricRegistry(
      declared({
        records_total: { kind: "counter", labels: ["topic"] },
        append_seconds: { kind: "histogram" },
        millrace_trace_spans_total: { kind: "counter" },
      }),
    );
    metrics.counter("records_total").add(3, { topic: "flights" });
    metrics.histogram("append_seconds").record(0.1);
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const otlp = startOtlp({ endpoint, service: "millrace-broker", version: "0.1.0", metrics });

    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const span = otlp.tracer.startSpan("append", {
      kind: "consumer",
      parent: `00-${traceId}-b7ad6b7169203331-01`,
      attributes: { topic: "flights" },
    });
    expect(span?.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    span?.end(new Error("disk full"));
    expect(otlp.tracer.startSpan("append", { parent: `00-${traceId}-b7ad6b7169203331-00` })).toBeUndefined();
    await otlp.close();

    const bodyOf = (service: string): string =>
      calls
        .filter((call) => call.path.includes(service))
        .map((call) => call.body)
        .join("");
    expect(bodyOf("TraceService/Export")).toContain("append");
    expect(bodyOf("TraceService/Export")).toContain("disk full");
    expect(bodyOf("MetricsService/Export")).toContain("records_total");
    expect(bodyOf("MetricsService/Export")).toContain("append_seconds");
    expect(bodyOf("MetricsService/Export")).toContain("millrace-broker");
  });

  it("begins a share of the traces", async () => {
    const before = process.env["OTEL_TRACES_SAMPLER_ARG"];
    Object.assign(process.env, { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" });
    const metrics = new MetricRegistry(declared({ millrace_trace_spans_total: { kind: "counter" } }));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const otlp = startOtlp({ endpoint, service: "producer", version: "0.1.0", metrics });
    const begun = Array.from({ length: 1_000 }, () => otlp.tracer.startSpan("send t", { kind: "producer" }));
    const count = begun.filter((span) => span !== undefined).length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(1_000);
    for (const span of begun) span?.end();
    await otlp.close();
    if (before === undefined) Reflect.deleteProperty(process.env, "OTEL_TRACES_SAMPLER_ARG");
    else process.env["OTEL_TRACES_SAMPLER_ARG"] = before;
  });

  it.each([
    [{ OTEL_TRACES_SAMPLER: "parentbased_ratio" }, "OTEL_TRACES_SAMPLER has no such value"],
    [{ OTEL_TRACES_SAMPLER_ARG: "1 %" }, "OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1 value=1 %"],
    [{ OTEL_TRACES_SAMPLER_ARG: "" }, "OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1"],
  ])("refuses %j", (env, message) => {
    const before = { ...process.env };
    Object.assign(process.env, { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", ...env });
    const metrics = new MetricRegistry(declared({ millrace_trace_spans_total: { kind: "counter" } }));
    try {
      expect(() => startOtlp({ endpoint: "http://127.0.0.1:1", service: "s", version: "0.1.0", metrics })).toThrow(message);
    } finally {
      process.env = before;
    }
  });
});
