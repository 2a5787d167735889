import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AppError } from "@millrace/model";
import type { MetricRegistry } from "./metric-registry.ts";
import { formatOpenMetrics, formatPrometheus, OPENMETRICS_CONTENT_TYPE, PROMETHEUS_CONTENT_TYPE } from "./prometheus-text.ts";
import type { Readiness } from "./readiness.ts";

export interface AdminServer {
  /** host:port, with the real port when 0 was asked for. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * The administration port: `/metrics` for Prometheus, `/livez` (this process answers, so its event loop turns), `/readyz` (200, or 503
 * with one reason per line). Nothing here changes anything, so it needs no more protection than its network.
 */
export async function startAdminServer(address: string, sources: { metrics: MetricRegistry; readiness: Readiness }): Promise<AdminServer> {
  const separator = address.lastIndexOf(":");
  const [host, port] = [address.slice(0, separator), Number(address.slice(separator + 1))];
  const server = createServer((request, response) => answer(request, response, sources));
  await listen(server, { host, port, address });
  const bound = server.address();
  const boundPort = typeof bound === "object" && bound !== null ? bound.port : port;
  return {
    address: `${host}:${boundPort}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, at: { host: string; port: number; address: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, at.address)));
    server.listen({ host: at.host, port: at.port }, resolve);
  });
}

function listenError(error: NodeJS.ErrnoException, address: string): AppError {
  const context = { address, setting: "admin-address" };
  if (error.code === "EADDRINUSE") {
    const message = "another process listens on the admin address: stop it, choose another port, or turn it off with admin-address=off";
    return new AppError({ kind: "conflict", code: "port-in-use", message, context, cause: error });
  }
  const message = "cannot listen on the admin address: check that host and port are this machine's to use";
  return new AppError({ kind: "invalid", code: "cannot-listen", message, context: { ...context, detail: error.message }, cause: error });
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { metrics, readiness }: { metrics: MetricRegistry; readiness: Readiness },
): void {
  const send = (status: number, body: string, type = "text/plain; charset=utf-8"): void => {
    response.writeHead(status, { "content-type": type }).end(body);
  };
  const [path] = (request.url ?? "/").split("?");
  if (request.method !== "GET" && request.method !== "HEAD") {
    send(405, "only GET\n");
  } else if (path === "/metrics") {
    if (request.headers.accept?.includes("application/openmetrics-text") === true)
      send(200, formatOpenMetrics(metrics.collect()), OPENMETRICS_CONTENT_TYPE);
    else send(200, formatPrometheus(metrics.collect()), PROMETHEUS_CONTENT_TYPE);
  } else if (path === "/livez") {
    send(200, "ok\n");
  } else if (path === "/readyz") {
    const reasons = readiness.reasons();
    send(reasons.length === 0 ? 200 : 503, reasons.length === 0 ? "ok\n" : `${reasons.join("\n")}\n`);
  } else {
    send(404, "try /metrics, /livez or /readyz\n");
  }
}
