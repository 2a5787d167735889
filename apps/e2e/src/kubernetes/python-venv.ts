import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";
import { run } from "./kubernetes.ts";

const CACHE = inCheckout("node_modules/.cache/millrace-k8s");

/** The Python of a virtual environment with these requirements, which is made once. */
export async function pythonWith(name: string, requirementFiles: readonly string[]): Promise<string> {
  const folder = join(CACHE, name);
  const python = join(folder, "bin/python");
  const isThere = await stat(join(folder, "ready")).then(
    () => true,
    () => false,
  );
  if (isThere) return python;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run("python3", ["-m", "venv", folder]);
  await run(python, ["-m", "pip", "install", "--quiet", ...requirementFiles.flatMap((file) => ["--requirement", file])]);
  await writeFile(join(folder, "ready"), "");
  return python;
}
