import { pathsMatching, textOf, type Tree } from "./tree.ts";

/** What programs carry with them of the chart's dashboards: where they are bundled, the chart's folder is not beside them. */
export const BUNDLED_DASHBOARDS = "libs/dashboards/src/gen/dashboards.ts";

/** The text of that file, from the chart's dashboards. */
export function bundledDashboards(tree: Tree): string {
  const entries = pathsMatching(tree, /^helm\/millrace\/dashboards\/[\w-]+\.json$/).map((path) => {
    const name = path.slice(path.lastIndexOf("/") + 1, -".json".length);
    return `  ${JSON.stringify(name)}: ${JSON.stringify(JSON.parse(textOf(tree, path)))},\n`;
  });
  return `// Written by \`npm run fix -- tidy\` from helm/millrace/dashboards.\nexport const DASHBOARDS: Readonly<Record<string, unknown>> = {\n${entries.join("")}};\n`;
}
