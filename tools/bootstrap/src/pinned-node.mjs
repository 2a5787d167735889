import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

const oldestNodeThatRunsSources = [22, 18];

/**
 * The Node the workspace is pinned to, by its real path, and an environment whose PATH finds it first.
 * By path because a shell that has looked up `node` once keeps using the host's.
 *
 * @param {string} root
 * @returns {{ path: string, env: NodeJS.ProcessEnv }}
 */
export function pinnedNode(root) {
  const bin = join(root, "node_modules", ".bin");
  const candidate = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  const path = existsSync(candidate) ? realpathSync(candidate) : hostNode();
  const env = { ...process.env, PATH: [bin, dirname(path), process.env["PATH"]].filter(Boolean).join(delimiter) };
  return { path, env };
}

function hostNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [needMajor = 0, needMinor = 0] = oldestNodeThatRunsSources;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return process.execPath;
  throw new Error(
    `the pinned Node is not in node_modules and the host's is too old (${process.versions.node}): ` +
      "npm ran without install scripts; unset ignore-scripts and run `npm rebuild node`",
  );
}
