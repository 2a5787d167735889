import type { Finding } from "../finding.ts";
import { asRecord, asTexts } from "../project.ts";
import { textOf, type Tree } from "../tree.ts";

const rule = "packages";
const scriptsMax = 16; // As many as a newcomer reads; fuzz and compat are commands that acceptance names.

/** Second doors, for users, who know one package of this repository. */
const userDoors: Readonly<Record<string, readonly string[]>> = { "libs/streams": ["./testing"] };

/** package.json files: one door per lib, one version per dependency, few scripts. */
export function packagesRule(tree: Tree): readonly Finding[] {
  const root = asRecord(JSON.parse(textOf(tree, "package.json")));
  const versions = asTexts({ ...asRecord(root.dependencies), ...asRecord(root.devDependencies) });
  const scripts = Object.keys(asRecord(root.scripts)).length;
  const many = { path: "package.json", rule, message: `${scripts} scripts, at most ${scriptsMax}: make it an argument of one of them` };
  return [
    ...(scripts > scriptsMax ? [many] : []),
    ...tree.projects.flatMap((project) => [...exportFindings(project), ...versionFindings(project, versions)]),
  ];
}

function exportFindings({ folder, exports }: Tree["projects"][number]): readonly Finding[] {
  const doors = [".", "./package.json", ...(userDoors[folder] ?? [])];
  const extra = exports.filter((path) => !doors.includes(path));
  return extra.map((path) => ({ path: `${folder}/package.json`, rule, message: `exports "${path}"; a lib has one door, src/index.ts` }));
}

function versionFindings(
  { folder, dependencies }: Tree["projects"][number],
  versions: Readonly<Record<string, string>>,
): readonly Finding[] {
  return Object.entries(dependencies).flatMap(([name, version]) => {
    const wanted = name.startsWith("@millrace/") ? "*" : versions[name];
    if (wanted === version) return [];
    const message =
      wanted === undefined
        ? `${name} is not in the root package.json: pin it there too`
        : `${name} is ${version} here and ${wanted} at the root`;
    return [{ path: `${folder}/package.json`, rule, message }];
  });
}
