import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { connect } from "../src/connect.ts";
import { runCli } from "../src/run-cli.ts";
import { fakeWorld } from "./fake-world.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");
const FREE_PORTS = ["--broker-port", "0", "--coordinator-port", "0", "--admin-port", "0"];
const TEST_MS_MAX = 60_000;

const folder = mkdtempSync(join(tmpdir(), "millrace-dev-spec-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Dev {
  readonly broker: string;
  /** Exit code after SIGTERM. */
  stop(): Promise<number | null>;
}

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** `millrace dev` as a process of its own, as users run it. */
async function startDev(): Promise<Dev> {
  const args = [
    "--conditions=@millrace/source",
    "--disable-warning=ExperimentalWarning",
    MAIN,
    "dev",
    "--json",
    "--data-dir",
    join(folder, "data"),
    ...FREE_PORTS,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ready = Promise.withResolvers<{ broker: string }>();
  createInterface({ input: child.stdout }).once("line", (line) => {
    ready.resolve(JSON.parse(line) as { broker: string });
  });
  void exited.then((code) => {
    running.delete(child);
    ready.reject(new Error(`millrace dev ended with ${String(code)}`));
  });
  const { broker } = await ready.promise;
  return {
    broker,
    stop: () => {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

async function millrace(dev: Dev, args: readonly string[], input = ""): Promise<{ code: number; output: string; notes: string }> {
  const world = { ...fakeWorld({ folder, input }), connect: (...where: Parameters<typeof connect>) => Promise.resolve(connect(...where)) };
  const code = await runCli([...args, "--address", dev.broker], world);
  return { code, output: world.output(), notes: world.notes() };
}

const JOB = `
import { job, json, kafka, pair, string } from "@millrace/streams";
export default job("counts", (ctx) => {
  ctx
    .source(kafka("lines", { value: string(), until: "latest" }))
    .flatMap((line) => line.split(" "))
    .map((word) => pair(word, 1))
    .reduceByKey((left, right) => left + right)
    .to(kafka("counts", { key: string(), value: json<number>() }));
});
`;

describe("millrace dev", () => {
  let dev: Dev;
  beforeAll(async () => {
    dev = await startDev();
  }, TEST_MS_MAX);

  it(
    "stores what is produced, runs a job on it, and has all of it after a restart",
    async () => {
      writeFileSync(join(folder, "counts.ts"), JOB);
      for (const topic of ["lines", "counts"])
        expect(await millrace(dev, ["topic", "create", topic, "-p", "2"])).toMatchObject({ code: 0 });
      await millrace(dev, ["produce", "lines"], "to be or\nnot to be\n");
      expect((await millrace(dev, ["consume", "lines", "-b"])).output.split("\n").toSorted()).toEqual(["", "not to be", "to be or"]);

      expect(await millrace(dev, ["job", "submit", "counts.ts", "--no-check", "--follow"])).toMatchObject({
        code: 0,
        output: expect.stringContaining("finished"),
      });
      const counts = (await millrace(dev, ["consume", "counts", "-b", "-s", "="])).output.trim().split("\n").toSorted();
      expect(counts).toEqual(["be=2", "not=1", "or=1", "to=2"]);

      expect(await dev.stop()).toBe(0);
      dev = await startDev();
      expect((await millrace(dev, ["consume", "counts", "-b", "-s", "="])).output.trim().split("\n").toSorted()).toEqual(counts);
      expect((await millrace(dev, ["job", "list"])).output).toMatch(/^counts .* finished /m);
      expect((await millrace(dev, ["doctor"])).code).toBe(0);
    },
    TEST_MS_MAX,
  );

  it(
    "has groups that go on where they were, and can be moved",
    async () => {
      const asMember = ["consume", "lines", "--group", "readers", "--from", "earliest", "--timeout", "10s"];
      const first = await millrace(dev, [...asMember, "--max-records", "1"]);
      const rest = await millrace(dev, [...asMember, "--max-records", "1"]);
      expect([first.output, rest.output].toSorted()).toEqual(["not to be\n", "to be or\n"]);
      const lag = async (): Promise<unknown> => {
        const { output } = await millrace(dev, ["group", "describe", "readers", "--json"]);
        return (JSON.parse(output) as { lag: unknown }).lag;
      };
      expect(await lag()).toBe(0);
      const back = ["group", "reset-offsets", "readers", "--topic", "lines", "--to-earliest"];
      expect(await millrace(dev, back)).toMatchObject({ code: 0, notes: "nothing has changed: --execute does it\n" });
      expect(await lag()).toBe(0);
      expect(await millrace(dev, [...back, "--execute"])).toMatchObject({ code: 0, notes: "done\n" });
      expect(await lag()).toBe(2);
      expect((await millrace(dev, ["group", "list"])).output).toMatch(/^readers +Empty +consumer$/m);
      expect(await millrace(dev, ["group", "delete", "readers"])).toMatchObject({ code: 0 });
      expect(await millrace(dev, ["group", "describe", "readers"])).toMatchObject({ code: 3 });
    },
    TEST_MS_MAX,
  );

  it("refuses a second one on its folder, and says why", async () => {
    const child = spawn(process.execPath, [
      "--conditions=@millrace/source",
      MAIN,
      "dev",
      "--data-dir",
      join(folder, "data"),
      ...FREE_PORTS,
    ]);
    let notes = "";
    child.stderr.on("data", (bytes: Buffer) => (notes += bytes.toString()));
    const code = await new Promise((resolve) => child.once("exit", resolve));
    expect({ code, notes }).toEqual({
      code: 4,
      notes: expect.stringMatching(/^error: .*in use by another process: .*\[folder-in-use\]\n$/),
    });
  });

  it("stops in order at SIGTERM", async () => {
    expect(await dev.stop()).toBe(0);
  });
});
