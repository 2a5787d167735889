import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture } from "./child.mjs";
import { whileAlone } from "./install-lock.mjs";
import { sameTree } from "./install-state.mjs";
import { createProgress } from "./progress.mjs";

/**
 * Makes node_modules what package-lock.json says, by `npm ci`, unless it already is.
 * The usual case costs one hash: a stamp in node_modules holds that of the lock it was installed from.
 *
 * @param {string} root
 */
export async function ensureInstalled(root) {
  const stampPath = join(root, "node_modules", ".millrace-lock");
  const stamp = lockStamp(root);
  const isInstalled = () => existsSync(stampPath) && readFileSync(stampPath, "utf8") === stamp;
  if (isInstalled()) return;
  const work = async () => {
    if (isInstalled()) return; // by the process that we waited for
    if (!treeMatches(root)) await install(root);
    writeFileSync(stampPath, stamp);
  };
  const onWait = (/** @type {number} */ pid) => process.stderr.write(`process ${pid} installs packages here: waiting for it …\n`);
  await whileAlone(lockPathOf(root), { work, onWait });
}

/** One lock per checkout; not in node_modules, which npm deletes. @param {string} root */
function lockPathOf(root) {
  return join(tmpdir(), `millrace-install-${createHash("sha256").update(root).digest("hex").slice(0, 16)}.lock`);
}

/** @param {string} root */
function lockStamp(root) {
  const hash = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  return `${hash} ${process.platform}-${process.arch}\n`;
}

/** @param {string} root */
function treeMatches(root) {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return sameTree(wanted, JSON.parse(readFileSync(installed, "utf8")), (path) => existsSync(join(root, path)));
}

/** @param {string} root */
async function install(root) {
  const progress = createProgress("installing packages (npm ci, once; about a minute)");
  const npm = npmCommand();
  const { code, output } = await capture(npm.path, [...npm.args, "ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root });
  progress.end(code === 0);
  if (code === 0) return;
  throw new Error(
    `npm ci failed with code ${code}; check the network and npm's settings, then run the same command again\n${reasonOf(output)}`,
  );
}

/** npm says what is wrong first, then how to call it. @param {string} output */
function reasonOf(output) {
  const lines = output.split("\n").filter((line) => line.startsWith("npm error") && line.trim() !== "npm error");
  const help = lines.findIndex((line) => line.includes("Clean install a project"));
  return (help === -1 ? lines : lines.slice(0, help)).slice(0, 20).join("\n");
}

/** npm itself: the one that started us where there is one, else the one on the PATH. */
function npmCommand() {
  const cli = process.env["npm_execpath"];
  if (cli !== undefined && /npm-cli\.(c|m)?js$/.test(cli) && existsSync(cli)) return { path: process.execPath, args: [cli] };
  return { path: process.platform === "win32" ? "npm.cmd" : "npm", args: [] };
}
