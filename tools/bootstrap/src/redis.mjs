import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { capture } from "./child.mjs";
import { createProgress } from "./progress.mjs";

const startAttemptsMax = 5; // Another process may take the free port between our look and the server's bind.
const readyWaitMsMax = 10_000;

/**
 * A Redis for tests: REDIS_URL where it is set, else a private server with the settings Millrace asks of production.
 *
 * @returns {Promise<{ url: string, label: string, stop: () => Promise<void> }>}
 */
export async function openTestRedis() {
  const given = process.env["REDIS_URL"];
  if (given !== undefined && given !== "") return { url: given, label: "given", stop: async () => {} };
  const program = findOnPath("redis-server") ?? (await installRedis());
  for (let attempt = 1; ; attempt++) {
    const server = await startServer(program, await freePort());
    if (server !== undefined) return server;
    if (attempt === startAttemptsMax) throw new Error(`${program} did not start ${startAttemptsMax} times; run it by hand to see why`);
  }
}

/** Looked for on the PATH, then where packages put servers: some accounts' PATH leaves those out. @param {string} name */
function findOnPath(name) {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
  const paths = folders.filter((folder) => folder !== "").map((folder) => join(folder, name));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Debian's package, when we may; RUNLEVEL=1 keeps its install step from starting a server of its own. */
async function installRedis() {
  const maySay =
    "tests need Redis: set REDIS_URL=redis://host:6379, or put redis-server on the PATH (apt-get install redis-server, brew install redis)";
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new Error(maySay);
  const progress = createProgress("installing redis-server (apt-get, once)");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const apt = (/** @type {string[]} */ args) => capture("/usr/bin/apt-get", args, { cwd: "/", env });
  const wanted = ["install", "-y", "--no-install-recommends", "redis-server"];
  let result = await apt(wanted);
  if (result.code !== 0) {
    await apt(["update"]);
    result = await apt(wanted);
  }
  progress.end(result.code === 0);
  const program = findOnPath("redis-server");
  if (program !== undefined) return program;
  throw new Error(`${maySay}\napt-get said: ${result.output.trim().split("\n").slice(-3).join(" ")}`);
}

/**
 * @param {string} program
 * @param {number} port
 */
async function startServer(program, port) {
  const folder = mkdtempSync(join(tmpdir(), "millrace-redis-"));
  const safe = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction", "--save", ""];
  const child = spawn(program, ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, ...safe], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await closed;
    rmSync(folder, { recursive: true, force: true });
  };
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  if (await becameReady(child, closed)) return { url: `redis://127.0.0.1:${port}`, label: "private", stop };
  await stop();
  return undefined;
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {Promise<unknown>} closed
 * @returns {Promise<boolean>}
 */
function becameReady(child, closed) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), readyWaitMsMax);
    let said = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      if (said.length < 65_536) said += text;
      if (said.includes("Ready to accept connections")) resolve(true);
    });
    child.stderr?.resume();
    void closed.then(() => resolve(false));
    timer.unref();
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no free port"))));
    });
  });
}
