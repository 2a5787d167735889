import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Acks, BrokerService, type RpcTransport, type ServiceClient, TopicService } from "@millrace/contracts";
import { isRetriable } from "@millrace/model";
import { createRpcTransport } from "@millrace/rpc";
import { ServiceProcess } from "../test/service-process.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe("broker process", () => {
  let folder: string;
  let transport: RpcTransport;
  const processes: ServiceProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "millrace-broker-"));
    transport = createRpcTransport();
  });
  afterEach(async () => {
    await transport.close();
    for (const started of processes) started.kill("SIGKILL");
    await Promise.all(processes.splice(0).map((started) => started.exited));
  });

  function start(app: string, flags: readonly string[]): ServiceProcess {
    const started = new ServiceProcess(app, ["--admin-address", "off", ...flags]);
    processes.push(started);
    return started;
  }

  async function startCluster(): Promise<{ coordinator: string; broker: () => ServiceProcess }> {
    const store = `embedded:${join(folder, "coordinator")}`;
    const { address } = await start("coordinator", ["--listen-address", "127.0.0.1:0", "--store", store]).line("coordinator.active");
    const flags = ["--listen-address", "127.0.0.1:0", "--coordinators", address ?? "", "--data-folder", join(folder, "broker")];
    return { coordinator: address ?? "", broker: () => start("broker", flags) };
  }

  it("keeps what was acknowledged over SIGTERM and SIGKILL", async () => {
    const { broker } = await startCluster();
    let next = broker();
    for (const [index, signal] of (["SIGTERM", "SIGKILL", "SIGTERM"] as const).entries()) {
      const { address = "" } = await next.line("broker listens");
      if (index === 0) await untilServed(() => transport.client(TopicService, address).createTopic({ name: "flights", partitions: 1 }));
      const client = transport.client(BrokerService, address);
      const record = { value: text(`flight ${index}`) };
      const produced = await untilServed(async () => {
        const answer = await client.produce({
          partitions: [{ topic: "flights", partition: 0, data: { case: "records", value: { records: [record] } } }],
          acks: Acks.ALL,
        });
        return answer.results[0]?.error === undefined ? answer : undefined;
      });
      expect(produced?.results[0]?.baseOffset).toBe(BigInt(index));
      expect(await valuesOf(client)).toEqual(["flight 0", "flight 1", "flight 2"].slice(0, index + 1));
      next.kill(signal);
      expect(await next.exited).toBe(signal === "SIGTERM" ? 0 : null);
      if (index < 2) next = broker();
    }
  }, 60_000);

  it("refuses a data folder that another process has open, in one line", async () => {
    const { broker } = await startCluster();
    await broker().line("broker listens");
    const second = broker();
    expect(await second.exited).toBe(4);
    expect(second.output).toMatch(/^error: [^\n]*\[folder-in-use\]\n$/);
  }, 60_000);

  it("takes an executor as it comes, and lets it go in order", async () => {
    const { coordinator } = await startCluster();
    const executor = start("stream-executor", ["--coordinators", coordinator, "--data-dir", join(folder, "executor")]);
    await executor.line("registered");
    executor.kill("SIGTERM");
    expect(await executor.exited).toBe(0);
  }, 60_000);
});

/** All values of the partition; a fetch may end where a segment does. */
async function valuesOf(client: ServiceClient<typeof BrokerService>): Promise<string[]> {
  const values: string[] = [];
  for (let offset = 0n; ;) {
    const [result] = (await client.fetch({ partitions: [{ topic: "flights", partition: 0, offset }], decode: true })).results;
    values.push(...(result?.records ?? []).map(({ value }) => new TextDecoder().decode(value)));
    if (result === undefined || result.nextOffset === offset || result.nextOffset === result.highWatermark) return values;
    offset = result.nextOffset;
  }
}

/** Asks again while the cluster is still putting itself together. */
async function untilServed<T>(call: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await call();
      if (answer !== undefined || attempt >= 600) return answer;
    } catch (error) {
      if (!isRetriable(error) || attempt >= 600) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
