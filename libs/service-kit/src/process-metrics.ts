import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { Metrics } from "@millrace/ports";

/** Registers what every Node process should show: CPU, memory, event-loop use and delay. Returns how to stop measuring. */
export function observeProcess(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let last = performance.eventLoopUtilization();
  metrics.gauge("process_resident_memory_bytes", "Resident memory of the process.", () => [{ value: process.memoryUsage.rss() }]);
  metrics.gauge("process_cpu_seconds_total", "User and system CPU time.", () => {
    const { user, system } = process.cpuUsage();
    return [{ value: (user + system) / 1e6 }];
  });
  metrics.gauge("process_uptime_seconds", "Time since the process started.", () => [{ value: process.uptime() }]);
  metrics.gauge("v8js_memory_heap_used", "Used heap in bytes.", () => [{ value: process.memoryUsage().heapUsed }]);
  metrics.gauge("nodejs_eventloop_utilization", "Share of time that the event loop was busy since the last collection.", () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return [{ value: utilization }];
  });
  metrics.gauge("nodejs_eventloop_delay_p99", "99th percentile of the event loop's delay since the last collection, in seconds.", () => {
    const value = delay.count === 0 ? 0 : delay.percentile(99) / 1e9;
    delay.reset();
    return [{ value }];
  });
  return () => delay.disable();
}
