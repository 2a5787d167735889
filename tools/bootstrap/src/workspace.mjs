import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout this file belongs to, whatever folder the command was called from. */
export const workspaceRoot = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/**
 * The script behind an installed package's command, so that it can be started under a Node of our choice on any system.
 *
 * @param {string} packageName
 * @param {string} [command] where it is not the package's own name
 */
export function binScript(packageName, command = packageName) {
  const folder = join(workspaceRoot, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return join(folder, typeof bin === "string" ? bin : bin[command]);
}

/** The environment for tools: no background process left behind, no full-screen output, colours only on a terminal. @returns {NodeJS.ProcessEnv} */
export function quietEnv() {
  const colour = process.stdout.isTTY || process.env["FORCE_COLOR"] !== undefined ? {} : { FORCE_COLOR: "0" };
  return { ...process.env, ...colour, NX_DAEMON: "false", NX_TUI: "false" };
}
