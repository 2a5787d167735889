import { spawn } from "node:child_process";

/**
 * Runs a program with this process's terminal and ends as it ends: same exit code, same signal.
 * Signals sent to us are passed on, so that `kill` of npm's child stops a cluster in order and not half of it.
 *
 * @param {string} path
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<never>}
 */
export async function runForwarding(path, args, env) {
  const child = spawn(path, args, { stdio: "inherit", env });
  // A terminal sends Ctrl-C to the whole process group: passing it on as well would count as a second, impatient one.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal));
  const end = await ended(child);
  if (end.signal === null) process.exit(end.code);
  process.removeAllListeners(end.signal);
  process.kill(process.pid, end.signal);
  return new Promise(() => {}); // The signal ends this process.
}

/**
 * Runs one step and returns its exit code; its output goes straight to the terminal.
 *
 * @param {string} path
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export async function runStep(path, args, options) {
  const child = spawn(path, args, { stdio: "inherit", cwd: options.cwd, env: options.env ?? process.env });
  const unhook = stopWithParent(child);
  const end = await ended(child);
  unhook();
  return end.code;
}

/**
 * Runs a program quietly and returns what it printed.
 *
 * @param {string} path
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function capture(path, args, options) {
  const child = spawn(path, args, { stdio: ["ignore", "pipe", "pipe"], cwd: options.cwd, env: options.env ?? process.env });
  const unhook = stopWithParent(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const end = await ended(child);
  unhook();
  return { code: end.code, output };
}

/**
 * A stop signal to us stops the child; the caller then sees the child's end and finishes in order.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @returns {() => void}
 */
export function stopWithParent(child) {
  const stop = () => child.kill("SIGTERM");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  return () => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeListener(signal, stop);
  };
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<{ code: number, signal: NodeJS.Signals | null }>}
 */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code: code ?? 1, signal }));
  });
}
