import { posix } from "node:path";
import type { Finding } from "../finding.ts";
import { pathsMatching, textOf, type Tree } from "../tree.ts";

/** Relative links in Markdown lead to a file or folder of the tree. */
export function linksRule(tree: Tree): readonly Finding[] {
  const folders = new Set([...tree.files.keys()].flatMap(parents));
  return pathsMatching(tree, /\.md$/).flatMap((path) =>
    [...textOf(tree, path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].flatMap((match) => {
      const target = posix.normalize(posix.join(posix.dirname(path), match[1] ?? "")).replace(/\/$/, "");
      if (tree.files.has(target) || folders.has(target)) return [];
      const line = textOf(tree, path).slice(0, match.index).split("\n").length;
      return [{ path, line, rule: "links", message: `leads nowhere: ${match[1] ?? ""}` }];
    }),
  );
}

function parents(path: string): readonly string[] {
  const parts = path.split("/");
  return [".", ...parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"))];
}
