import type { Finding } from "./finding.ts";
import { projectsOf, type Project } from "./project.ts";

/** An import of one project by another, as the Nx project graph sees it. */
export interface Edge {
  readonly source: string;
  readonly target: string;
}

/** The checkout as data: rules are functions of it, so that their specs need no disk. */
export interface Tree {
  /** Text of every file git knows or would add, by its path from the root. */
  readonly files: ReadonlyMap<string, string>;
  readonly projects: readonly Project[];
  readonly edges: readonly Edge[];
}

/** A rule looks at the whole tree and says what is wrong; it repairs nothing. */
export type Rule = (tree: Tree) => readonly Finding[];

/** The tree of these files. */
export function createTree(files: Readonly<Record<string, string>> | ReadonlyMap<string, string>, edges: readonly Edge[] = []): Tree {
  const map = files instanceof Map ? (files as ReadonlyMap<string, string>) : new Map(Object.entries(files));
  return { files: map, projects: projectsOf(map), edges };
}

/** Paths that match, in order. */
export function pathsMatching(tree: Tree, pattern: RegExp): readonly string[] {
  return [...tree.files.keys()].filter((path) => pattern.test(path)).sort();
}

/** The text of a file; empty where there is none. */
export function textOf(tree: Tree, path: string): string {
  return tree.files.get(path) ?? "";
}
