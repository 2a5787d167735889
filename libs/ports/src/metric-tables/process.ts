import type { MetricTable } from "./declaration.ts";

/** Of every process. */
export const PROCESS_METRICS = {
  process_resident_memory_bytes: { kind: "gauge", unit: "bytes", labels: [], help: "Resident memory (RSS)." },
  process_cpu_seconds_total: { kind: "counter", unit: "seconds", labels: [], help: "User and system CPU time." },
  process_uptime_seconds: { kind: "gauge", unit: "seconds", labels: [], help: "Time since the start." },
  process_open_fds: { kind: "gauge", unit: "descriptors", labels: [], help: "Open file descriptors." },
  v8js_memory_heap_used: { kind: "gauge", unit: "bytes", labels: [], help: "Used heap." },
  v8js_memory_heap_limit: { kind: "gauge", unit: "bytes", labels: [], help: "Greatest heap that V8 may use." },
  v8js_gc_duration_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: ["type"],
    help: "One garbage collection: minor, major or incremental.",
  },
  nodejs_eventloop_utilization: {
    kind: "gauge",
    unit: "ratio",
    labels: [],
    help: "Share of time that the event loop was busy since the last collection.",
  },
  nodejs_eventloop_delay_p50: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    help: "Median delay of the event loop since the last collection.",
  },
  nodejs_eventloop_delay_p99: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    help: "99th percentile of the event loop's delay since the last collection.",
  },
  nodejs_eventloop_delay_max: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    help: "Longest delay of the event loop since the last collection.",
  },
  millrace_tls_certificate_end_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    help: "When the certificate that this process uses ends, in seconds since 1970; absent without TLS.",
  },
  millrace_trace_spans_total: { kind: "counter", unit: "spans", labels: [], help: "Spans begun in sampled traces." },
  millrace_metrics_dropped_samples_total: {
    kind: "counter",
    unit: "samples",
    labels: [],
    help: "Samples dropped because a metric has over 10,000 label sets; anything but 0 is a bug, or more partitions than the metrics show.",
  },
} as const satisfies MetricTable;
