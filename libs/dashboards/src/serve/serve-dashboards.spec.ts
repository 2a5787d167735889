import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { parseDashboard } from "../dashboard.ts";
import { PrometheusApi } from "../prometheus-api.ts";
import { type DashboardServer, serveDashboards } from "./serve-dashboards.ts";

const NOW_MS = 1_800_000_000_000;
const DASHBOARD = parseDashboard("topics", {
  title: "Topics <all>",
  templating: { list: [{ name: "topic", type: "query", definition: "label_values(records_total, topic)" }] },
  panels: [
    {
      type: "timeseries",
      title: "Records",
      gridPos: { x: 0, y: 0, w: 12, h: 8 },
      targets: [{ expr: 'sum by (topic) (rate(records_total{topic=~"$topic"}[$__rate_interval]))', legendFormat: "{{topic}}" }],
    },
  ],
});

describe("serveDashboards", () => {
  let prometheus: Server;
  let asked: URLSearchParams[];
  let server: DashboardServer;
  let answer: (path: string) => unknown;

  beforeEach(async () => {
    asked = [];
    answer = (path) =>
      path.startsWith("/api/v1/label/")
        ? ["flights.raw", "words"]
        : { result: [{ metric: { topic: "flights.raw" }, values: [[NOW_MS / 1_000 - 60, "1"], [NOW_MS / 1_000, "2"]] }] }; // prettier-ignore
    prometheus = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
      if (pathname.endsWith("/query_range")) asked.push(searchParams);
      response.end(JSON.stringify({ status: "success", data: answer(pathname) }));
    });
    await new Promise<void>((resolve) => prometheus.listen(0, "127.0.0.1", resolve));
    const api = new PrometheusApi(`http://127.0.0.1:${(prometheus.address() as AddressInfo).port}/`);
    const metrics = { between: api.between.bind(api), labelValues: api.labelValues.bind(api), wallMs: () => NOW_MS };
    const view = { picked: new Map<string, readonly string[]>(), minutes: 20, rateInterval: "1m" };
    server = await serveDashboards({ host: "127.0.0.1", port: 0, dashboards: [DASHBOARD], view }, metrics);
  });
  afterEach(async () => {
    await server.close();
    prometheus.closeAllConnections();
    await new Promise((resolve) => prometheus.close(resolve));
  });

  const get = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${server.url}${path}`, init);
    return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
  };
  const picture = { headers: { accept: "image/svg+xml" } };

  it("shows the first dashboard with its list, its variables and the picture", async () => {
    const page = await get("/");
    expect(page).toMatchObject({ status: 200, type: "text/html; charset=utf-8" });
    expect(page.text).toContain('<a class="here" href="/topics">Topics &lt;all&gt;</a>');
    expect(page.text).toContain(
      '<select name="topic"><option value="">all</option><option>flights.raw</option><option>words</option></select>',
    );
    expect(page.text).toContain(">flights.raw</text>");
  });

  it("asks for all topics as a pattern, over the time that was asked for", async () => {
    await get("/topics", picture);
    expect(asked[0]?.get("query")).toBe('sum by (topic) (rate(records_total{topic=~"flights\\\\.raw|words"}[1m]))');
    expect(Number(asked[0]?.get("end")) - Number(asked[0]?.get("start"))).toBe(20 * 60);
    await get("/topics?minutes=60", picture);
    expect(Number(asked[1]?.get("end")) - Number(asked[1]?.get("start"))).toBe(60 * 60);
  });

  it("asks for what was picked, quotes in it and all", async () => {
    await get('/topics?topic=words&topic="}', picture);
    expect(asked[0]?.get("query")).toContain('{topic=~"words|\\"\\\\}"}');
    expect((await get("/topics?topic=words")).text).toContain("<option selected>words</option>");
  });

  it("draws one picture for all who look at the same", async () => {
    const pictures = await Promise.all([1, 2, 3].map(() => get("/topics", picture)));
    expect(pictures.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ["/nothing", 404, "dashboard-unknown: there is no such dashboard, there are topics dashboard=nothing"],
    ["/topics?job=a", 400, "dashboard-variable-unknown: the dashboard has no such variable, it has topic dashboard=topics variable=job"],
    ["/topics?minutes=ten", 400, "dashboard-minutes: minutes takes a whole number from 1 to 10080 minutes=ten"],
  ])("answers %s with %i and what to do", async (path, status, text) => {
    expect(await get(path, picture)).toEqual({ status, type: "text/plain; charset=utf-8", text });
  });

  it("changes nothing", async () => {
    expect(await get("/topics", { method: "POST", ...picture })).toMatchObject({ status: 400 });
  });

  it("says that Prometheus does not answer, and a page that does tries again", async () => {
    prometheus.closeAllConnections();
    await new Promise((resolve) => prometheus.close(resolve));
    const page = await get("/topics");
    expect(page.status).toBe(502);
    expect(page.text).toContain("prometheus-not-reachable: Prometheus does not answer: check that it runs");
    expect(page.text).toContain('http-equiv="refresh"');
    await new Promise<void>((resolve) => prometheus.listen(0, "127.0.0.1", resolve));
  });
});
