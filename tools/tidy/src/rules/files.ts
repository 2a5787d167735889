import type { Finding } from "../finding.ts";
import { pathsMatching, textOf, type Tree } from "../tree.ts";

const linesMax = 500; // About 100 is typical, 300 asks for a reason, and past 500 there is none.
const ownSources = /^(apps|libs|tools|examples)\/(?!.*\/gen\/).*\.(ts|mjs|lua)$/;
const entries = /(^|\/)(index|main|settings|limits|dispatch|run)\.(ts|mjs)$|\.spec\.ts$|\/test\/|\/bench\/|\.config\.mjs$|^examples\//;

/** Files are short, and each is used by another. */
export function filesRule(tree: Tree): readonly Finding[] {
  return [...longFiles(tree), ...deadFiles(tree)];
}

function longFiles(tree: Tree): readonly Finding[] {
  return pathsMatching(tree, ownSources).flatMap((path) => {
    const lines = textOf(tree, path).split("\n").length - 1;
    return lines <= linesMax ? [] : [{ path, rule: "files", message: `${lines} lines, at most ${linesMax}: split it by idea` }];
  });
}

/** A source whose file name no other file mentions: nothing imports it and nothing starts it by path. */
function deadFiles(tree: Tree): readonly Finding[] {
  const paths = pathsMatching(tree, /^(apps|libs|tools)\/(?!.*\/gen\/).*\.(ts|mjs|lua|json)$|^[^/]+\.mjs$/);
  const mentioned = new Set(
    paths.flatMap((path) => [...textOf(tree, path).matchAll(/([\w.-]+)\.(?:ts|mjs|lua)\b/g)].map(([, name = ""]) => `${path}\n${name}`)),
  );
  const mentionsByName = new Map<string, number>();
  for (const mention of mentioned) {
    const [path = "", name = ""] = mention.split("\n");
    if (!path.endsWith(`/${name}.ts`) && !path.endsWith(`/${name}.spec.ts`)) mentionsByName.set(name, (mentionsByName.get(name) ?? 0) + 1);
  }
  return paths
    .filter((path) => /\/src\/.*\.ts$/.test(path) && !entries.test(path))
    .filter((path) => !mentionsByName.has(path.slice(path.lastIndexOf("/") + 1, -".ts".length)))
    .map((path) => ({ path, rule: "files", message: "no other source mentions it: delete it, or export it from index.ts" }));
}
