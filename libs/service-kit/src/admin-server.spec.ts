import { afterEach, describe, expect, it } from "@jest/globals";
import { type AdminServer, startAdminServer } from "./admin-server.ts";
import { MetricRegistry } from "./metric-registry.ts";
import { Readiness } from "./readiness.ts";

describe("startAdminServer", () => {
  let server: AdminServer | undefined;
  afterEach(async () => {
    await server?.stop();
  });

  async function start(): Promise<{ readiness: Readiness; metrics: MetricRegistry; get: (path: string) => Promise<[number, string]> }> {
    const readiness = new Readiness();
    const metrics = new MetricRegistry();
    const started = await startAdminServer("127.0.0.1:0", { readiness, metrics });
    server = started;
    const get = async (path: string): Promise<[number, string]> => {
      const response = await fetch(`http://${started.address}${path}`);
      return [response.status, await response.text()];
    };
    return { readiness, metrics, get };
  }

  it("is ready when no part objects, and says which one does", async () => {
    const { readiness, get } = await start();
    expect(await get("/readyz")).toEqual([200, "ok\n"]);
    const remove = readiness.add("broker", () => "not registered with the coordinator yet");
    expect(await get("/readyz")).toEqual([503, "broker: not registered with the coordinator yet\n"]);
    expect(await get("/livez")).toEqual([200, "ok\n"]);
    remove();
    expect(await get("/readyz")).toEqual([200, "ok\n"]);
  });

  it("serves metrics", async () => {
    const { metrics, get } = await start();
    metrics.counter("millrace_executor_batches_total").add(3);
    const [status, body] = await get("/metrics");
    expect([status, body]).toEqual([200, expect.stringContaining("millrace_executor_batches_total 3\n")]);
    expect(await get("/nothing")).toEqual([404, expect.stringContaining("/metrics")]);
  });

  it("says which setting to change when its port is taken", async () => {
    await start();
    await expect(
      startAdminServer(server?.address ?? "", { readiness: new Readiness(), metrics: new MetricRegistry() }),
    ).rejects.toMatchObject({
      code: "port-in-use",
      context: { address: server?.address, setting: "admin-address" },
    });
  });
});
