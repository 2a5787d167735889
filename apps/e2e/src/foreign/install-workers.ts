import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../compat/run-command.ts";
import { inCheckout } from "../system/sources.ts";

const SOURCES = "apps/e2e/src/foreign/workers";
const INSTALL_MS_MAX = 300_000;

/** Programs that use foreign Kafka clients, with those clients installed beside them. */
export interface Workers {
  readonly python: string;
  readonly folder: string;
}

/**
 * Clients of the pinned releases in a folder of this machine, installed once for each set of releases; the programs are copied into the run's own folder, so
 * that what ran stays with what it left behind. Needs Python 3 with venv, npm, and their registries.
 */
export async function installWorkers(runFolder: string): Promise<Workers> {
  const sources = inCheckout(SOURCES);
  const pins = await Promise.all(["requirements.txt", "package.json"].map((file) => readFile(join(sources, file))));
  const hash = createHash("sha256").update(Buffer.concat(pins)).digest("hex").slice(0, 12);
  const installed = join(tmpdir(), `millrace-foreign-clients-${hash}`);
  if (!(await exists(installed))) await install(sources, installed);
  const folder = join(runFolder, "workers");
  await cp(sources, folder, { recursive: true });
  await cp(join(installed, "node_modules"), join(folder, "node_modules"), { recursive: true });
  return { python: join(installed, "venv/bin/python"), folder };
}

/** Into a folder of its own that is renamed when complete: a run that is stopped half-way leaves nothing that looks installed. */
async function install(sources: string, installed: string): Promise<void> {
  const folder = await mkdtemp(`${installed}-`);
  await cp(sources, folder, { recursive: true });
  const run = (program: string, args: readonly string[]): Promise<string> =>
    runCommand({ program, args, folder, withinMs: INSTALL_MS_MAX });
  await run("python3", ["-m", "venv", "--copies", "venv"]);
  await run(join(folder, "venv/bin/python"), ["-m", "pip", "install", "--quiet", "-r", "requirements.txt"]);
  await run("npm", ["install", "--silent", "--no-audit", "--no-fund"]);
  try {
    await rename(folder, installed);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!(await exists(installed))) throw error; // else another run was first
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
