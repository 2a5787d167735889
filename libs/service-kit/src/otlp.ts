import {
  type Context,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer as OtelTracer,
  ValueType,
} from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-grpc";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import { toAppError } from "@millrace/model";
import type { Span, SpanOptions, Tracer } from "@millrace/ports";
import { OTLP_METRICS_INTERVAL_MS, TRACE_SAMPLE_RATIO_DEFAULT } from "./limits.ts";
import type { MetricRegistry, MetricSnapshot } from "./metric-registry.ts";
import { RootSampler } from "./root-sampler.ts";

/** Export that runs; `close` sends what is left. */
export interface OtlpExport {
  readonly tracer: Tracer;
  close(): Promise<void>;
}

/**
 * Starts OpenTelemetry's Node SDK with OTLP over gRPC: spans of our own ports, metrics of our own registry. It patches no library, so
 * bundling cannot break it. Sampling follows OTEL_TRACES_SAMPLER, and without that the parent's flag and one in a hundred of new traces. Load this file only when there is an endpoint: it is heavy (0.3 s).
 */
export function startOtlp(options: { endpoint: string; service: string; version: string; metrics: MetricRegistry }): OtlpExport {
  const startedMs = Date.now();
  const spans = options.metrics.counter("millrace_trace_spans_total");
  const producer: MetricProducer = {
    collect: () => {
      const metrics = options.metrics.collect().map((metric) => metricData(metric, startedMs));
      return Promise.resolve({
        resourceMetrics: { resource: resourceFromAttributes({}), scopeMetrics: [{ scope: { name: "millrace" }, metrics }] },
        errors: [],
      });
    },
  };
  process.env["OTEL_TRACES_SAMPLER"] ??= "parentbased_traceidratio";
  process.env["OTEL_TRACES_SAMPLER_ARG"] ??= TRACE_SAMPLE_RATIO_DEFAULT;
  const rootRatio = rootRatioOf(process.env);
  const sdk = new NodeSDK({
    ...(rootRatio === undefined ? {} : { sampler: DECIDED_BEFORE }),
    autoDetectResources: false,
    instrumentations: [],
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: options.service, [ATTR_SERVICE_VERSION]: options.version }),
    traceExporter: new OTLPTraceExporter({ url: options.endpoint }),
    metricReaders: [
      new PeriodicExportingMetricReader({
        exporter: new OTLPMetricExporter({ url: options.endpoint }),
        exportIntervalMillis: OTLP_METRICS_INTERVAL_MS,
        exportTimeoutMillis: OTLP_METRICS_INTERVAL_MS / 2,
        metricProducers: [producer],
      }),
    ],
  });
  sdk.start();
  const tracer = otelTracer(trace.getTracer("millrace", options.version), { onSpan: () => spans.add(1), rootRatio: rootRatio ?? 1 });
  return { tracer, close: () => sdk.shutdown() };
}

/**
 * Share of the traces that begin here which are wanted, by OpenTelemetry's variables; undefined: the SDK decides for each. A producer asks for every record, and the
 * SDK makes ids and objects before it says no: five times what the record costs.
 */
function rootRatioOf(env: NodeJS.ProcessEnv): number | undefined {
  switch (env["OTEL_TRACES_SAMPLER"]) {
    case "parentbased_always_on":
      return 1;
    case "parentbased_always_off":
      return 0;
    case "parentbased_traceidratio": {
      const ratio = Number(env["OTEL_TRACES_SAMPLER_ARG"]);
      return ratio >= 0 && ratio <= 1 ? ratio : undefined;
    }
    default:
      return undefined;
  }
}

function metricData(metric: MetricSnapshot, startedMs: number): MetricData {
  const times = { startTime: hrTime(startedMs), endTime: hrTime(Date.now()) };
  const base = {
    descriptor: {
      name: metric.name,
      description: metric.help,
      unit: metric.name.endsWith("_seconds") ? "s" : "",
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (metric.kind === "histogram") {
    const dataPoints = metric.series.map(({ labels, bucketCounts, sum, count }) => ({
      ...times,
      attributes: labels,
      value: { buckets: { boundaries: [...metric.bounds], counts: [...bucketCounts] }, sum, count },
    }));
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = metric.samples.map(({ value, labels }) => ({ ...times, attributes: labels ?? {}, value }));
  return metric.kind === "counter"
    ? { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
    : { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
}

function hrTime(ms: number): [number, number] {
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1e6];
}

/** Of the SDK's SamplingDecision, whose package is not ours to import. */
const RECORD_AND_SAMPLED = 2;

/** What is asked of the SDK is wanted: of roots `rootRatio` has its share, and below a parent that is not sampled nothing begins. */
const DECIDED_BEFORE = {
  shouldSample: () => ({ decision: RECORD_AND_SAMPLED }),
  toString: () => "decided before",
};

const KINDS: Readonly<Record<NonNullable<SpanOptions["kind"]>, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
};

function otelTracer(tracer: OtelTracer, of: { readonly onSpan: () => void; readonly rootRatio: number }): Tracer {
  const sampler = new RootSampler(of.rootRatio, { random: Math.random, nowMs: Date.now });
  const startRoot: Tracer["startRoot"] = (begin) => {
    if (!sampler.wants()) return undefined;
    const { name, options } = begin();
    return start(name, options);
  };
  return {
    isOn: true,
    startRoot,
    startSpan: (name, options) => (options.parent === undefined ? startRoot(() => ({ name, options })) : start(name, options)),
  };

  function start(name: string, options: SpanOptions): Span | undefined {
    const parent = options.parent === undefined ? undefined : parseTraceparent(options.parent);
    if (parent !== undefined && (parent.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
    const context: Context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const links = (options.links ?? []).flatMap((link) => {
      const linked = parseTraceparent(link);
      return linked === undefined ? [] : [{ context: linked }];
    });
    const span = tracer.startSpan(
      name,
      {
        kind: KINDS[options.kind ?? "internal"],
        links,
        attributes: { ...options.attributes },
        ...(options.startMs === undefined ? {} : { startTime: options.startMs }),
      },
      context,
    );
    if (!span.isRecording()) return undefined;
    of.onSpan();
    return wrap(span);
  }
}

function wrap(span: OtelSpan): Span {
  const { traceId, spanId } = span.spanContext();
  return {
    traceparent: `00-${traceId}-${spanId}-01`,
    setAttribute: (name, value) => {
      span.setAttribute(name, value);
    },
    end: (error) => {
      if (error !== undefined) {
        const message = toAppError(error).message;
        span.setStatus({ code: SpanStatusCode.ERROR, message });
        if (error instanceof Error) span.recordException(error);
      }
      span.end();
    },
  };
}

function parseTraceparent(traceparent: string): { traceId: string; spanId: string; traceFlags: number; isRemote: true } | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent);
  const [, traceId, spanId, flags] = match ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
