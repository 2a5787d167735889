import { cpSync, existsSync, readFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";

/** A package that goes into an image. */
export interface InstalledPackage {
  /** Relative to the workspace: `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Types are for compilers; only what a running program may open is worth a byte in an image. */
const NOT_NEEDED_AT_RUN_TIME = /(\.d\.[cm]?ts|\.map|\.md|\.markdown|\.tsbuildinfo)$|\/(dict|binding\.gyp)$/;

/** The packages and all that they need, found as Node finds them. What is optional comes along where it is installed: native code of this platform. */
export function packageClosure(root: string, names: readonly string[]): readonly InstalledPackage[] {
  const found = new Map<string, InstalledPackage>();
  const add = (name: string, from: string, isRequired: boolean): void => {
    const folder = findPackage(root, { name, from });
    if (folder === undefined) {
      if (isRequired)
        throw new Error(`package ${name} is not installed, and ${relative(root, from) || "the workspace"} needs it: run npm ci`);
      return;
    }
    const path = relative(root, folder);
    if (found.has(path) || name.startsWith("@types/")) return;
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
    const license = typeof manifest.license === "string" ? manifest.license : "NOASSERTION";
    found.set(path, { path, name: manifest.name, version: manifest.version, license });
    for (const needed of Object.keys(manifest.dependencies ?? {}))
      add(needed, folder, manifest.optionalDependencies?.[needed] === undefined);
    for (const wished of Object.keys({ ...manifest.optionalDependencies, ...manifest.peerDependencies })) add(wished, folder, false);
  };
  for (const name of names) add(name, root, true);
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function findPackage(root: string, { name, from }: { name: string; from: string }): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}

/** Copies packages below the folder, under the same paths, without what only compilers and people read. */
export function copyPackages(root: string, packages: readonly InstalledPackage[], folder: string): void {
  for (const { path } of packages) {
    const from = join(root, path);
    const inner = join(from, "node_modules");
    cpSync(from, join(folder, path), {
      recursive: true,
      dereference: true,
      filter: (file) => file !== inner && !NOT_NEEDED_AT_RUN_TIME.test(file) && !isSourceOfNativeCode(file),
    });
  }
}

function isSourceOfNativeCode(file: string): boolean {
  return [".c", ".cc", ".cpp", ".h", ".hpp", ".gyp", ".gypi"].includes(extname(file));
}
