import { layers } from "../../layers.mjs";
import type { Finding } from "../finding.ts";
import type { Project } from "../project.ts";
import type { Tree } from "../tree.ts";

const rule = "layers";

/**
 * Every edge of the project graph is allowed by the layers table, and every project has its tags.
 * The graph does not tell specs from sources, so an edge that only specs may have passes here; lint tells them apart.
 */
export function layersRule(tree: Tree): readonly Finding[] {
  const byName = new Map(tree.projects.map((project) => [project.name, project]));
  const untagged = tree.projects.filter(({ layer, scope }) => layer === undefined || (isScoped(layer) && scope === undefined));
  const edges = tree.edges.flatMap((edge) => {
    const source = byName.get(edge.source);
    const target = byName.get(edge.target);
    const message = source === undefined || target === undefined ? undefined : forbidden(source, target);
    return message === undefined || source === undefined ? [] : [{ path: `${source.folder}/package.json`, rule, message }];
  });
  return [
    ...untagged.map(({ folder }) => ({
      path: `${folder}/package.json`,
      rule,
      message: "nx.tags needs layer:* and scope:*; see docs/STYLE.md",
    })),
    ...edges,
  ];
}

function forbidden(source: Project, target: Project): string | undefined {
  const layer = layers.find(({ name }) => name === source.layer);
  if (layer === undefined || target.layer === undefined) return undefined;
  const allowed = [...layer.mayImport, ...layer.specsMayImport];
  if (!allowed.includes(target.layer)) {
    return `${source.layer ?? ""} may import ${allowed.join(", ")}, not ${target.layer} (${target.name}); move the code or use a port`;
  }
  if (!layer.isScoped || target.scope === "shared" || target.scope === undefined || target.scope === source.scope) return undefined;
  return `scope ${source.scope ?? ""} may import its own and shared, not ${target.scope} (${target.name}); services share schemas, never code`;
}

function isScoped(name: string): boolean {
  return layers.some((layer) => layer.name === name && layer.isScoped);
}
