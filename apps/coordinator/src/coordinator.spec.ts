import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { ClusterService, TopicService } from "@millrace/contracts";
import { createRpcTransport } from "@millrace/rpc";

/** The process as users start it, with its output. */
class CoordinatorProcess {
  readonly #child;
  readonly exited: Promise<number | null>;
  output = "";

  constructor(flags: readonly string[]) {
    const main = join(import.meta.dirname, "main.ts");
    // Nothing but the flags decides how it runs: whoever runs the tests may have settings of another cluster exported.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MILLRACE_")));
    this.#child = spawn(process.execPath, ["--conditions=@millrace/source", main, ...flags], { env });
    this.#child.stderr.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.exited = once(this.#child, "exit").then(([code]) => code as number | null);
  }

  /** Values of the first log line with this event; throws what the process said if it ends instead. */
  async line(event: string): Promise<Record<string, string>> {
    for (;;) {
      const found = this.output.split("\n").find((line) => line.includes(`"event":"${event}"`));
      if (found !== undefined) return JSON.parse(found) as Record<string, string>;
      const ended = await Promise.race([once(this.#child.stderr, "data").then(() => false), this.exited.then(() => true)]);
      if (ended && !this.output.includes(`"event":"${event}"`)) throw new Error(`process ended: ${this.output}`);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

describe("coordinator process", () => {
  let started: CoordinatorProcess | undefined;
  afterEach(async () => {
    started?.kill("SIGKILL");
    await started?.exited;
  });

  function start(flags: readonly string[] = []): CoordinatorProcess {
    const folder = mkdtempSync(join(tmpdir(), "millrace-coordinator-"));
    const defaults = ["--listen-address", "127.0.0.1:0", "--admin-address", "off", "--store", `embedded:${folder}`];
    started = new CoordinatorProcess([...defaults, ...flags]);
    return started;
  }

  it("serves on a free port, leads, and ends with 0 at SIGTERM", async () => {
    const coordinator = start();
    const { address } = await coordinator.line("coordinator.active");
    const transport = createRpcTransport();
    expect((await transport.client(TopicService, address ?? "").listTopics({})).topics).toEqual([]);
    expect((await transport.client(ClusterService, address ?? "").describeCluster({})).brokers).toEqual([]);
    await transport.close();
    coordinator.kill("SIGTERM");
    expect(await coordinator.exited).toBe(0);
  }, 30_000);

  it("says in one line which setting is unknown, and ends with 2", async () => {
    const coordinator = start(["--lease-ttl", "3000"]);
    expect(await coordinator.exited).toBe(2);
    expect(coordinator.output).toBe(
      "error: no such setting: did you mean the nearest one setting=--lease-ttl nearest=--lease-ttl-ms [unknown-setting]\n",
    );
  }, 30_000);

  it("says in one line that its port is taken, and ends with 4", async () => {
    const { address } = await start().line("coordinator.listening");
    const first = started;
    const second = start(["--listen-address", address ?? ""]);
    expect(await second.exited).toBe(4);
    expect(second.output).toMatch(
      /^error: another process listens on this address: stop it, or choose another port address=127\.0\.0\.1:\d+ \[port-in-use\]\n$/,
    );
    first?.kill("SIGKILL");
    await first?.exited;
  }, 30_000);
});
