import { readdirSync } from "node:fs";
import { constants, monitorEventLoopDelay, performance, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Metrics } from "@millrace/ports";

/** Registers what every Node process should show: CPU, memory, garbage collection, event-loop use and delay. Returns how to stop measuring. */
export function observeProcess(metrics: Metrics): () => void {
  metrics.gauge("process_resident_memory_bytes", () => [{ value: process.memoryUsage.rss() }]);
  metrics.gauge("process_cpu_seconds_total", () => {
    const { user, system } = process.cpuUsage();
    return [{ value: (user + system) / 1e6 }];
  });
  metrics.gauge("process_uptime_seconds", () => [{ value: process.uptime() }]);
  metrics.gauge("process_open_fds", openDescriptors);
  metrics.gauge("v8js_memory_heap_used", () => [{ value: getHeapStatistics().used_heap_size }]);
  metrics.gauge("v8js_memory_heap_limit", () => [{ value: getHeapStatistics().heap_size_limit }]);
  const stops = [observeEventLoop(metrics), observeCollections(metrics)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Ten looks a second: 0.05 % of a core, where fifty took four times that in a process that does nothing else. */
const DELAY_LOOK_MS = 100;

function observeEventLoop(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: DELAY_LOOK_MS });
  delay.enable();
  let last = performance.eventLoopUtilization();
  metrics.gauge("nodejs_eventloop_utilization", () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return [{ value: utilization }];
  });
  // What is measured is how long a timer took, its own time with it.
  const seconds = (nanoseconds: number): number => (delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - DELAY_LOOK_MS / 1_000));
  metrics.gauge("nodejs_eventloop_delay_max", () => [{ value: seconds(delay.max) }]);
  metrics.gauge("nodejs_eventloop_delay_p50", () => [{ value: seconds(delay.percentile(50)) }]);
  // Registered last, so observed last of the three: what comes next is of the next collection.
  metrics.gauge("nodejs_eventloop_delay_p99", () => {
    const value = seconds(delay.percentile(99));
    delay.reset();
    return [{ value }];
  });
  return () => delay.disable();
}

const COLLECTION_TYPES: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, "minor"],
  [constants.NODE_PERFORMANCE_GC_MAJOR, "major"],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, "incremental"],
]);

function observeCollections(metrics: Metrics): () => void {
  const seconds = metrics.histogram("v8js_gc_duration_seconds");
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const detail: unknown = Reflect.get(entry, "detail"); // Only entries of collections have one.
      const type = COLLECTION_TYPES.get((detail as { readonly kind?: number } | undefined)?.kind ?? -1);
      if (type !== undefined) seconds.record(entry.duration / 1_000, { type });
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return () => observer.disconnect();
}

/** None where the system does not tell, as on macOS. */
function openDescriptors(): { value: number }[] {
  try {
    return [{ value: readdirSync("/proc/self/fd").length }];
  } catch {
    return [];
  }
}
