import type { Clock, Logger, Metrics, Random, TlsIdentity, Tracer } from "@millrace/ports";
import { NO_TRACER } from "@millrace/ports";
import { startAdminServer } from "./admin-server.ts";
import { countBuffersAsHeap } from "./buffer-memory.ts";
import { systemClock } from "./clock.ts";
import type { KitSettings } from "./kit-settings.ts";
import { TELEMETRY_CLOSE_MS } from "./limits.ts";
import { createLogger } from "./logger.ts";
import { MetricRegistry } from "./metric-registry.ts";
import type { OtlpExport } from "./otlp.ts";
import { observeProcess } from "./process-metrics.ts";
import { systemRandom } from "./random.ts";
import { Readiness } from "./readiness.ts";
import { openTlsIdentity } from "./tls-identity.ts";
import { observeCertificate } from "./tls-metrics.ts";
import { VERSION } from "./version.ts";

/** What a process gives to the services inside it; one per process, also when `millrace dev` runs three services in it. */
export interface ServiceKit {
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** For listeners and transports; undefined: plain text. */
  readonly tls: TlsIdentity | undefined;
  /** Not ready before `started` was called, whatever the parts say. */
  readonly readiness: Readiness;
  /** Every part of the process has been started, so each has said whether it is ready. */
  started(): void;
  /** host:port of the admin server; undefined when it is off. */
  readonly adminAddress: string | undefined;
  /** Log lines that name the part of the process which speaks. */
  loggerOf(component: string): Logger;
  /** Ends the admin server, and sends the last telemetry. */
  close(): Promise<void>;
}

/** Opens logs, metrics, the admin port and, where an endpoint is set, telemetry. Without one none of OpenTelemetry is loaded. */
export async function openServiceKit(settings: KitSettings, identity: { service: string; version: string }): Promise<ServiceKit> {
  countBuffersAsHeap();
  const metrics = new MetricRegistry();
  const readiness = new Readiness();
  // A part that has not been started has no check yet: without this one the process would be ready before it is anything.
  const started = readiness.add("process", () => "starting");
  const stopObserving = observeProcess(metrics);
  metrics.counter("millrace_trace_spans_total");
  const admin = settings.adminAddress === "off" ? undefined : await startAdminServer(settings.adminAddress, { metrics, readiness });
  const tls = openTlsIdentity(settings, createLogger({ level: settings.logLevel, format: settings.logFormat, component: "tls" }));
  if (tls !== undefined) observeCertificate(metrics, tls);
  const otlp = await openOtlp(settings.otlpEndpoint, { ...identity, metrics });
  return {
    clock: systemClock,
    random: systemRandom,
    metrics,
    tracer: otlp?.tracer ?? NO_TRACER,
    tls,
    readiness,
    started,
    adminAddress: admin?.address,
    loggerOf: (component) => createLogger({ level: settings.logLevel, format: settings.logFormat, component }),
    close: async () => {
      stopObserving();
      tls?.close();
      await admin?.stop();
      // A collector that is away must not hold the process: what is lost is the last few seconds of telemetry.
      await Promise.race([otlp?.close().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, TELEMETRY_CLOSE_MS).unref())]);
    },
  };
}

/** Traces alone, for processes without an admin port, like job workers: exported where OTEL_EXPORTER_OTLP_ENDPOINT is set. */
export async function openTracer(service: string): Promise<OtlpExport> {
  const otlp = await openOtlp("", { service, version: VERSION, metrics: new MetricRegistry() });
  return otlp ?? { tracer: NO_TRACER, close: () => Promise.resolve() };
}

async function openOtlp(
  configured: string,
  options: { service: string; version: string; metrics: MetricRegistry },
): Promise<OtlpExport | undefined> {
  const endpoint = configured === "" ? (process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? "") : configured;
  if (endpoint === "") return undefined;
  const { startOtlp } = await import("./otlp.ts");
  return startOtlp({ endpoint, ...options });
}
