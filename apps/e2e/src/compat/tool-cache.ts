import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";
import { runCommand } from "./run-command.ts";

/** Foreign clients in pinned versions, kept between runs. */
export const CACHE = inCheckout("node_modules/.cache/millrace-compat");
export const CLIENTS = join(CACHE, "clients");
export const PYTHON = join(CACHE, "venv/bin/python");

const SOURCES = inCheckout("apps/e2e/src/compat/clients");
const INSTALL_MS_MAX = 540_000;

const done = new Map<string, Promise<void>>();

/** Does a step once per run, and per content of what it depends on: a stamp in the cache says what it was done for. */
export function once(name: string, inputs: string, step: () => Promise<void>): Promise<void> {
  const known = done.get(name);
  if (known !== undefined) return known;
  const running = stamped(name, createHash("sha256").update(inputs).digest("hex"), step);
  done.set(name, running);
  return running;
}

async function stamped(name: string, wanted: string, step: () => Promise<void>): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const stamp = join(CACHE, `${name}.stamp`);
  if ((await readFile(stamp, "utf8").catch(() => "")) === wanted) return;
  process.stderr.write(`compat: installing ${name}\n`);
  await rm(stamp, { force: true });
  await step();
  await writeFile(stamp, wanted);
}

export function install(program: string, args: readonly string[], folder = CACHE): Promise<string> {
  return runCommand({ program, args, folder, withinMs: INSTALL_MS_MAX });
}

/** Our scripts as they are now, beside the modules that they import. */
export const copyScripts = (): Promise<void> => {
  const known = done.get("scripts");
  const running = known ?? cp(SOURCES, CLIENTS, { recursive: true });
  done.set("scripts", running);
  return running;
};

/** A virtual environment with the Python clients. */
export async function installPython(): Promise<void> {
  const requirements = await readFile(join(SOURCES, "requirements.txt"), "utf8");
  await once("python", requirements, async () => {
    await requireProgram("python3", "Python 3.11 or later with its venv module");
    await rm(join(CACHE, "venv"), { recursive: true, force: true });
    await install("python3", ["-m", "venv", "venv"]);
    await install(PYTHON, ["-m", "pip", "install", "--quiet", "--requirement", join(SOURCES, "requirements.txt")]);
  });
  await copyScripts();
}

/** The JavaScript clients: in their own folder, so that none of them is a dependency of Millrace. */
export async function installNode(): Promise<void> {
  const manifest = await readFile(join(SOURCES, "package.json"), "utf8");
  await once("node", manifest, async () => {
    await copyScripts();
    await install("npm", ["install", "--silent", "--no-audit", "--no-fund"], CLIENTS);
  });
  await copyScripts();
}

/** Fails loudly, with what to install, if a program is not on the path. */
export async function requireProgram(program: string, what: string): Promise<string> {
  for (const folder of (process.env["PATH"] ?? "").split(":")) {
    const path = join(folder, program);
    if (folder !== "" && (await stat(path).catch(() => undefined))?.isFile() === true) return path;
  }
  throw new Error(`${program} is not installed: these cases need ${what}`);
}
