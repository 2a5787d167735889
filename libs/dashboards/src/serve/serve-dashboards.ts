import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AppError, toAppError } from "@millrace/model";
import type { Dashboard } from "../dashboard.ts";
import { drawNow, type DrawnDashboard, type View } from "../draw-now.ts";
import { PICTURES_AT_ONCE, URL_LENGTH_MAX } from "../limits.ts";
import type { Metrics } from "../prometheus-api.ts";
import { dashboardNamed } from "../read-dashboards.ts";
import { viewOf } from "../view-of.ts";
import { pageOf, pageOfFailure } from "./page.ts";

export interface ServeSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dashboards: readonly Dashboard[];
  /** What a page shows that does not say. */
  readonly view: View;
}

export interface DashboardServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Status of an answer by who has to do something. */
const STATUS: Partial<Record<AppError["kind"], number>> = { invalid: 400, "not-found": 404, unavailable: 502, exhausted: 503 };
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'",
  "x-content-type-options": "nosniff",
};

/** A small page that only reads: /NAME is a dashboard with its list and fields, and the picture alone for whom asks for image/svg+xml. */
export async function serveDashboards(
  settings: ServeSettings,
  metrics: Metrics & { readonly wallMs: () => number },
): Promise<DashboardServer> {
  const pages = new Pages(settings, metrics);
  const server = createServer((request, response) => void pages.answer(request, response));
  await listening(server, settings);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${settings.host.includes(":") ? `[${settings.host}]` : settings.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

class Pages {
  readonly #settings: ServeSettings;
  readonly #metrics: Metrics & { readonly wallMs: () => number };
  /** Being drawn, by what is looked at: many readers of one page cost one picture. */
  readonly #drawing = new Map<string, Promise<DrawnDashboard>>();

  constructor(settings: ServeSettings, metrics: Metrics & { readonly wallMs: () => number }) {
    this.#settings = settings;
    this.#metrics = metrics;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wantsPicture = request.headers.accept === "image/svg+xml";
    try {
      const { path, query } = addressOf(request);
      const { dashboards } = this.#settings;
      if (path === "/") {
        response.writeHead(302, { ...HEADERS, location: `/${dashboards[0]?.name ?? ""}` }).end();
        return;
      }
      const dashboard = dashboardNamed(dashboards, path.slice(1));
      const drawn = await this.#draw(dashboard, query);
      if (wantsPicture) send(response, { status: 200, type: "image/svg+xml", text: drawn.svg });
      else send(response, { status: 200, type: "text/html; charset=utf-8", text: pageOf({ dashboards, dashboard, query, drawn }) });
    } catch (thrown) {
      const error = toAppError(thrown);
      const [status, text] = [STATUS[error.kind] ?? 500, `${error.code}: ${error.message}`];
      if (wantsPicture) send(response, { status, type: "text/plain; charset=utf-8", text });
      else send(response, { status, type: "text/html; charset=utf-8", text: pageOfFailure(text) });
    }
  }

  #draw(dashboard: Dashboard, query: URLSearchParams): Promise<DrawnDashboard> {
    const key = `${dashboard.name}?${query.toString()}`;
    const drawing = this.#drawing.get(key);
    if (drawing !== undefined) return drawing;
    if (this.#drawing.size >= PICTURES_AT_ONCE)
      throw new AppError({
        kind: "exhausted",
        code: "too-many-pictures",
        message: "too many pictures are drawn now, ask again in some seconds",
      });
    const view = viewOf(query, this.#settings.view);
    const drawn = drawNow(this.#metrics, dashboard, { ...view, nowMs: this.#metrics.wallMs() }).finally(() => this.#drawing.delete(key));
    this.#drawing.set(key, drawn);
    return drawn;
  }
}

function addressOf({ method, url = "/" }: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } {
  if (method !== "GET" && method !== "HEAD")
    throw new AppError({ kind: "invalid", code: "dashboards-read-only", message: "dashboards can be read only: use GET" });
  if (url.length > URL_LENGTH_MAX)
    throw new AppError({
      kind: "invalid",
      code: "dashboards-address-too-long",
      message: `the address is too long, pick fewer values length=${url.length} most=${URL_LENGTH_MAX}`,
    });
  const { pathname, searchParams } = new URL(url, "http://localhost");
  return { path: decodeURIComponent(pathname), query: searchParams };
}

function send(
  response: ServerResponse,
  { status, type, text }: { readonly status: number; readonly type: string; readonly text: string },
): void {
  response.writeHead(status, { ...HEADERS, "content-type": type }).end(text);
}

function listening(server: Server, { host, port }: ServeSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "the port is in use, take another one (--port 0 takes a free one)" : cause.message;
      reject(new AppError({ kind: "conflict", code: "dashboards-not-listening", message: `${why} address=${host}:${port}`, cause }));
    });
    server.listen(port, host, resolve);
  });
}
