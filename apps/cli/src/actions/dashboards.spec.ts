import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { fakeWorld } from "../../test/fake-world.ts";
import { runCli } from "../run-cli.ts";

describe("dashboards", () => {
  let prometheus: Server;
  let url: string;
  let folder: string;
  let queries: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "millrace-dashboards-"));
    queries = [];
    prometheus = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
      queries.push(searchParams.get("query") ?? "");
      const data = pathname.includes("/label/") ? ["flights", "words"] : { result: [] };
      response.end(JSON.stringify({ status: "success", data }));
    });
    await new Promise<void>((resolve) => prometheus.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    prometheus.closeAllConnections();
    await new Promise((resolve) => prometheus.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(...args: readonly string[]): Promise<{ code: number; output: string; notes: string }> {
    const world = fakeWorld({ folder });
    const code = await runCli(["dashboards", ...args], world);
    return { code, output: world.output(), notes: world.notes() };
  }

  it("draws every dashboard of the chart into a folder", async () => {
    const { code, output } = await run("--prometheus", url, "--once", "--out", "pictures");
    expect(code).toBe(0);
    const files = ["cluster.svg", "jobs.svg", "record.svg", "runtime.svg", "topics.svg"];
    expect(readdirSync(join(folder, "pictures")).sort()).toEqual(files);
    expect(output).toBe(files.map((file) => `${join(folder, "pictures", file)}\n`).join(""));
    expect(readFileSync(join(folder, "pictures", "topics.svg"), "utf8")).toMatch(/^<svg [^]*<\/svg>\n$/);
  });

  it("asks for what --var picks, where a dashboard has that variable", async () => {
    expect((await run("--prometheus", url, "--once", "--var", "topic=words")).code).toBe(0);
    expect(queries.some((query) => query.includes('topic=~"words"'))).toBe(true);
    expect(queries.some((query) => query.includes('topic=~"flights|words"'))).toBe(false);
  });

  it("ends at once where nobody answers, and says what to do", async () => {
    const { code, notes } = await run("--prometheus", "http://127.0.0.1:1");
    expect(code).toBe(7);
    expect(notes).toContain("Prometheus does not answer: check that it runs and that the address is right");
  });

  it.each([
    [["--prometheus", "localhost:9090"], /http:\/\/127.0.0.1:9090/],
    [["--rate-interval", "fast"], /30s or 2m/],
    [["--var", "topic"], /name=value/],
    [["--minutes", "0"], /whole number from 1 to 10080/],
  ] as const)("refuses %j", async (args, message) => {
    const { code, notes } = await run(...args);
    expect(code).toBe(2);
    expect(notes).toMatch(message);
  });
});
