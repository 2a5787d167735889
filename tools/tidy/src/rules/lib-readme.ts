import type { Finding } from "../finding.ts";
import type { Project } from "../project.ts";
import { textOf, type Tree } from "../tree.ts";

const rule = "lib-readme";
const parts = [
  { heading: /^#+ .*invariant/im, what: "## Invariants (also of absence: does no I/O)" },
  { heading: /^#+ .*(file|map)/im, what: "## Files (a map)" },
  { heading: /^#+ .*trap/im, what: "## Traps" },
];

/** libs/README.md says of each lib what its tags say, and each lib says what it is, holds, and hides. */
export function libReadmeRule(tree: Tree): readonly Finding[] {
  const libs = tree.projects.filter(({ folder }) => folder.startsWith("libs/"));
  return [...tableFindings(libs, textOf(tree, "libs/README.md")), ...libs.flatMap((lib) => readmeFindings(lib, tree))];
}

function tableFindings(libs: readonly Project[], table: string): readonly Finding[] {
  const path = "libs/README.md";
  const rows = new Map(
    [...table.matchAll(/^\| \[([^\]]+)\]\([^)]*\) \| (\S+) \| (\S+) \|/gm)].map(([, lib = "", layer = "", scope = ""]) => [
      lib,
      `${layer} ${scope}`,
    ]),
  );
  const missing = libs.flatMap(({ folder, layer, scope }) => {
    const tags = `${layer ?? ""} ${scope ?? ""}`;
    const row = rows.get(folder.slice("libs/".length));
    if (row === tags) return [];
    return [{ path, rule, message: row === undefined ? `${folder} has no row` : `${folder} is ${row} here and ${tags} in its tags` }];
  });
  const gone = [...rows.keys()].filter((name) => !libs.some(({ folder }) => folder === `libs/${name}`));
  return [...missing, ...gone.map((name) => ({ path, rule, message: `${name} is in the table and not in libs/` }))];
}

function readmeFindings({ folder }: Project, tree: Tree): readonly Finding[] {
  const path = `${folder}/README.md`;
  if (!tree.files.has(path)) return [{ path, rule, message: "missing: purpose in a paragraph, invariants, files, traps" }];
  const text = textOf(tree, path);
  return parts.filter(({ heading }) => !heading.test(text)).map(({ what }) => ({ path, rule, message: `lacks the part "${what}"` }));
}
