import { posix } from "node:path";
import type { Finding } from "../finding.ts";
import { pathsMatching, textOf, type Tree } from "../tree.ts";

const rule = "formats";
const TABLE = "docs/formats.md";
const SOURCES = /^(libs|apps)\/[^/]+\/src\/(?!.*(\/gen\/|\.spec\.ts$)).*\.ts$/;
const CONSTANT = /^(?:export )?const (\w*FORMAT_VERSION) = (\d+)/gm;

/** docs/formats.md names each constant `…FORMAT_VERSION` of the sources with its value, and no other: what is written to disk has a version that people can look up. */
export function formatsRule(tree: Tree): readonly Finding[] {
  const constants = constantsOf(tree);
  if (constants.size === 0) return [];
  const rows = rowsOf(textOf(tree, TABLE));
  return [
    ...[...constants].flatMap(([name, version]) => {
      const row = rows.get(name);
      if (row === undefined) return [{ path: TABLE, rule, message: `${name} (${version}) has no row` }];
      if (row.version === version) return [];
      return [{ path: TABLE, line: row.line, rule, message: `${name} is ${row.version} here and ${version} in the source` }];
    }),
    ...[...rows]
      .filter(([name]) => !constants.has(name))
      .map(([name, { line }]) => ({ path: TABLE, line, rule, message: `${name} has a row and is not in the sources` })),
  ];
}

/** By `path CONSTANT`. */
function constantsOf(tree: Tree): ReadonlyMap<string, number> {
  return new Map(
    pathsMatching(tree, SOURCES).flatMap((path) =>
      [...textOf(tree, path).matchAll(CONSTANT)].map(([, name = "", version]): [string, number] => [`${path} ${name}`, Number(version)]),
    ),
  );
}

function rowsOf(text: string): ReadonlyMap<string, { readonly version: number; readonly line: number }> {
  const rows = new Map<string, { readonly version: number; readonly line: number }>();
  for (const [index, line] of text.split("\n").entries()) {
    const [, version, link = "", name = ""] = /^\|[^|]+\| (\d+) \|[^|]+\| \[[^\]]+\]\(([^)]+)\) `(\w+)` \|$/.exec(line) ?? [];
    if (version !== undefined) rows.set(`${posix.join("docs", link)} ${name}`, { version: Number(version), line: index + 1 });
  }
  return rows;
}
