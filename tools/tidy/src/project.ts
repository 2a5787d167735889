import { layers, type LayerName } from "../layers.mjs";

/** A workspace package, as its package.json describes it. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  readonly layer: LayerName | undefined;
  readonly scope: string | undefined;
  readonly description: string;
  readonly exports: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifestPath = /^(apps|libs|tools)\/[^/]+\/package\.json$/;

/** Every package under apps, libs and tools. */
export function projectsOf(files: ReadonlyMap<string, string>): readonly Project[] {
  return [...files].filter(([path]) => manifestPath.test(path)).map(([path, text]) => parseProject(path, text));
}

function parseProject(path: string, text: string): Project {
  const manifest = asRecord(JSON.parse(text));
  const tags = asStrings(asRecord(manifest.nx).tags);
  const tag = (prefix: string): string | undefined => tags.find((one) => one.startsWith(prefix))?.slice(prefix.length);
  const layerTag = tag("layer:");
  return {
    name: asText(manifest.name),
    folder: path.slice(0, -"/package.json".length),
    layer: layers.find((layer) => layer.name === layerTag)?.name,
    scope: tag("scope:"),
    description: asText(manifest.description),
    exports: Object.keys(asRecord(manifest.exports)),
    dependencies: asTexts({ ...asRecord(manifest.dependencies), ...asRecord(manifest.devDependencies) }),
  };
}

/** The value as an object; empty where it is none. */
export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** The entries of an object whose values are text. */
export function asTexts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(asRecord(value)).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function asStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
