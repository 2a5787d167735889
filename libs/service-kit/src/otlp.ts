import {
  type Context,
  type ContextManager,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  SpanKind,
  SpanStatusCode,
  trace,
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
import { AlwaysOffSampler, AlwaysOnSampler, type Sampler, SamplingDecision, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace";
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import { AppError, toAppError } from "@millrace/model";
import type { Span, SpanOptions, Tracer } from "@millrace/ports";
import { OTLP_METRICS_INTERVAL_MS, TRACE_SAMPLE_RATIO_DEFAULT } from "./limits.ts";
import type { MetricRegistry, MetricSnapshot } from "./metric-registry.ts";
import { SampledTracer, type StartSpan } from "./sampled-tracer.ts";

/** Export that runs; `close` sends what is left. */
export interface OtlpExport {
  readonly tracer: Tracer;
  close(): Promise<void>;
}

/**
 * Starts OpenTelemetry's SDK for Node.js with OTLP over gRPC: spans of our own ports, metrics of our own registry. It patches no library, so bundling cannot break it, and does not follow
 * promises to know which span they belong to: our spans name their parents, and every promise of the process would pay for it. Sampling follows OTEL_TRACES_SAMPLER, and without that the
 * parent's flag and one in a hundred of new traces. Load this file only when there is an endpoint: it is heavy (0.3 s).
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
  const resource = resourceFromAttributes({ [ATTR_SERVICE_NAME]: options.service, [ATTR_SERVICE_VERSION]: options.version });
  const { sampler, rootRatio } = samplingOf(process.env);
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: options.endpoint }),
    exportIntervalMillis: OTLP_METRICS_INTERVAL_MS,
    exportTimeoutMillis: OTLP_METRICS_INTERVAL_MS / 2,
    metricProducers: [producer],
  });
  const sdk = new NodeSDK({
    sampler,
    resource,
    autoDetectResources: false,
    instrumentations: [],
    contextManager: NO_CONTEXTS,
    textMapPropagator: null,
    logRecordProcessors: [],
    traceExporter: new OTLPTraceExporter({ url: options.endpoint }),
    metricReaders: [reader],
  });
  sdk.start();
  const start = spanStarter(trace.getTracer("millrace", options.version), () => spans.add(1));
  return { tracer: new SampledTracer(rootRatio, start), close: () => sdk.shutdown() };
}

/** Nothing is carried along from call to call. */
const NO_CONTEXTS: ContextManager = {
  active: () => ROOT_CONTEXT,
  with: (_context, call, self, ...args) => call.apply(self, args),
  bind: (_context, target) => target,
  enable: () => NO_CONTEXTS,
  disable: () => NO_CONTEXTS,
};

interface Sampling {
  /** Asked for what is wanted by then. */
  readonly sampler: Sampler;
  /** Share of the traces that begin here of which the sampler is asked. */
  readonly rootRatio: number;
}

/** By OpenTelemetry's variables. Where the parent decides, nothing is left to ask: of roots `rootRatio` has its share, and below a parent that is not sampled nothing begins. */
function samplingOf(env: NodeJS.ProcessEnv): Sampling {
  const { OTEL_TRACES_SAMPLER: name = "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: argument } = env;
  switch (name) {
    case "parentbased_always_on":
      return { sampler: DECIDED_BEFORE, rootRatio: 1 };
    case "parentbased_always_off":
      return { sampler: DECIDED_BEFORE, rootRatio: 0 };
    case "parentbased_traceidratio":
      return { sampler: DECIDED_BEFORE, rootRatio: ratioOf(argument ?? TRACE_SAMPLE_RATIO_DEFAULT) };
    case "always_on":
      return { sampler: new AlwaysOnSampler(), rootRatio: 1 };
    case "always_off":
      return { sampler: new AlwaysOffSampler(), rootRatio: 0 };
    case "traceidratio":
      return { sampler: new TraceIdRatioBasedSampler(ratioOf(argument ?? "1")), rootRatio: 1 };
    default:
      throw new AppError({
        kind: "invalid",
        code: "invalid-setting",
        message: `OTEL_TRACES_SAMPLER has no such value, set one of ${SAMPLERS} value=${name}`,
      });
  }
}

const SAMPLERS = "parentbased_traceidratio, parentbased_always_on, parentbased_always_off, traceidratio, always_on, always_off";

function ratioOf(argument: string): number {
  const ratio = argument.trim() === "" ? NaN : Number(argument);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new AppError({
    kind: "invalid",
    code: "invalid-setting",
    message: `OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1 value=${argument}`,
  });
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

const DECIDED_BEFORE: Sampler = {
  shouldSample: () => ({ decision: SamplingDecision.RECORD_AND_SAMPLED }),
  toString: () => "decided before",
};

const KINDS: Readonly<Record<NonNullable<SpanOptions["kind"]>, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  server: SpanKind.SERVER,
};

function spanStarter(tracer: OtelTracer, onSpan: () => void): StartSpan {
  return (name, options) => {
    const parent = options.parent === undefined ? undefined : parseTraceparent(options.parent);
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
    onSpan();
    return wrap(span);
  };
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
