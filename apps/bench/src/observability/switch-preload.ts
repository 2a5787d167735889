// Loaded before all else by each process that is measured (`node --import`): turns counting and tracing on and off while it runs, so that both are compared in the same
// process, compiled and filled as it is. The product has no such switch. Told over a socket named after the process.
import { createServer } from "node:http";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import type perfHooks from "node:perf_hooks";
import type { Counter, Histogram } from "@millrace/ports";
import { MetricRegistry, SampledTracer } from "@millrace/service-kit";
import { PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import type { Variant } from "./variants.ts";

let variant: Variant = "traces";

const { counter, histogram } = MetricRegistry.prototype;
MetricRegistry.prototype.counter = function (name): Counter {
  const real = counter.call(this, name);
  return {
    add: (value, labels) => {
      if (variant !== "nothing") real.add(value, labels);
    },
  };
};
MetricRegistry.prototype.histogram = function (name): Histogram {
  const real = histogram.call(this, name);
  return {
    record: (value, labels, traceparent) => {
      if (variant !== "nothing") real.record(value, labels, traceparent);
    },
  };
};

// What the process watches of itself all the time: collections, and delays of its loop.
const hooks = createRequire(import.meta.url)("node:perf_hooks") as typeof perfHooks;
const { observe } = hooks.PerformanceObserver.prototype;
const { monitorEventLoopDelay } = hooks;
const watches: { on(): void; off(): void }[] = [];
hooks.PerformanceObserver.prototype.observe = function (options) {
  const on = (): void => {
    observe.call(this, options);
  };
  on();
  watches.push({
    on,
    off: () => {
      this.disconnect();
    },
  });
};
hooks.monitorEventLoopDelay = (options) => {
  const delay = monitorEventLoopDelay(options);
  watches.push({ on: () => delay.enable(), off: () => delay.disable() });
  return delay;
};
syncBuiltinESMExports();

function turnTo(next: Variant): void {
  const isOn = next !== "nothing";
  if ((variant !== "nothing") !== isOn) for (const watch of watches) watch[isOn ? "on" : "off"]();
  variant = next;
}

/** So few that tracing is on at once when it is switched on, and so many that asking costs nothing while it is off. */
const OFF_DRAW = 1_000;
const { drawRoot, wantsRoot, startSpan } = SampledTracer.prototype;
Object.defineProperty(SampledTracer.prototype, "isOn", { get: () => variant === "traces" });
SampledTracer.prototype.drawRoot = function () {
  return variant === "traces" ? drawRoot.call(this) : OFF_DRAW;
};
SampledTracer.prototype.wantsRoot = function () {
  return variant === "traces" && wantsRoot.call(this);
};
SampledTracer.prototype.startSpan = function (name, options) {
  return variant === "traces" ? startSpan.call(this, name, options) : undefined;
};

const processors = new Set<BatchSpanProcessor>();
const { onEnd } = BatchSpanProcessor.prototype;
BatchSpanProcessor.prototype.onEnd = function (span) {
  processors.add(this);
  onEnd.call(this, span);
};

// Metrics go out when they are told to: by the clock it would be in any slice.
const readers = new Set<PeriodicExportingMetricReader>();
Object.defineProperty(PeriodicExportingMetricReader.prototype, "onInitialized", {
  value(this: PeriodicExportingMetricReader) {
    readers.add(this);
  },
});

const server = createServer((request, response) => {
  const [, what = "", value = ""] = (request.url ?? "").split("/");
  if (what === "variant") turnTo(value as Variant);
  const spans = what === "flush" ? [...processors].map((processor) => processor.forceFlush()) : [];
  const metrics = what === "export" ? [...readers].map((reader) => reader.forceFlush()) : [];
  void Promise.allSettled([...spans, ...metrics]).then(() => response.end());
});
server.listen(join(process.env["MILLRACE_BENCH_SWITCHES"] ?? "", `${process.pid}.sock`)).unref();
