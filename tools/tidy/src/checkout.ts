import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asRecord } from "./project.ts";
import { createTree, type Edge, type Tree } from "./tree.ts";

const fileBytesMax = 1_000_000; // Larger files are data or machine-written.

/** Reads the checkout: files by git's list (so that ignored ones do not count), edges by Nx's project graph. */
export function readCheckout(root: string): Tree {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  const files = new Map<string, string>();
  for (const path of listed.split("\0")) {
    const full = join(root, path);
    if (path === "" || path === "package-lock.json" || !existsSync(full) || statSync(full).size > fileBytesMax) continue;
    const text = statSync(full).isFile() ? readFileSync(full, "utf8") : "\0";
    if (!text.includes("\0")) files.set(path, text);
    else if (path.endsWith(".png")) files.set(path, ""); // Pages show it.
  }
  return createTree(files, readProjectGraph(root));
}

function readProjectGraph(root: string): readonly Edge[] {
  const folder = mkdtempSync(join(tmpdir(), "millrace-tidy-"));
  try {
    const file = join(folder, "graph.json");
    const nx = join(root, "node_modules", ".bin", "nx");
    execFileSync(nx, ["graph", `--file=${file}`], {
      cwd: root,
      env: { ...process.env, NX_DAEMON: "false", NX_TUI: "false" },
      stdio: "pipe",
    });
    const dependencies = asRecord(asRecord(asRecord(JSON.parse(readFileSync(file, "utf8"))).graph).dependencies);
    return Object.values(dependencies).flatMap((edges) => (Array.isArray(edges) ? edges.map(parseEdge) : []));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function parseEdge(value: unknown): Edge {
  const edge = asRecord(value);
  return { source: String(edge.source), target: String(edge.target) };
}
