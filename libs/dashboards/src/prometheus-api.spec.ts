import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { PrometheusApi } from "./prometheus-api.ts";

describe("PrometheusApi", () => {
  let server: Server;
  let body = "";
  let api: PrometheusApi;

  beforeEach(async () => {
    server = createServer((_, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    api = new PrometheusApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("leaves out points that are no number", async () => {
    body = JSON.stringify({ status: "success", data: { result: [{ metric: { le: "1" }, values: [[1, "NaN"], [2, "3.5"], [3, "+Inf"]] }] } }); // prettier-ignore
    expect(await api.between("x", { from: 1, to: 3, stepSeconds: 1 })).toEqual([{ labels: { le: "1" }, points: [[2, 3.5]] }]);
  });

  it.each([
    ["a query that is refused", JSON.stringify({ status: "error", error: "parse error" }), "prometheus-refused", /parse error query=x$/],
    ["a server that is something else", "<html>", "prometheus-unknown", /no Prometheus, check the address url=/],
  ])("says what is wrong with %s", async (_, text, code, message) => {
    body = text;
    await expect(api.now("x")).rejects.toMatchObject({ code, message: expect.stringMatching(message) as unknown });
  });

  it("says that nobody answers, and where", async () => {
    await expect(new PrometheusApi("http://127.0.0.1:1").now("x")).rejects.toMatchObject({
      kind: "unavailable",
      code: "prometheus-not-reachable",
      message: expect.stringContaining("url=http://127.0.0.1:1") as unknown,
    });
  });
});
