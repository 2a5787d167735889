import { basename } from "node:path";
import { build, type Metafile } from "esbuild";

/** A service's program as files. */
export interface Bundle {
  /** Packages that it imports. */
  readonly outside: readonly string[];
  /** Packages whose code is in it. */
  readonly inside: readonly string[];
  /** Its files but for those that run something when they are loaded. */
  readonly chunks: readonly string[];
}

/** Plain modules of a hundred small files each, which would have to be found and read one by one at every start. */
const INSIDE = /^(zod|@bufbuild\/protobuf)(\/|$)/;

/**
 * Bundles Millrace's own sources of a service into the folder; most packages of others stay outside, so that native code and files that they
 * read beside themselves are found, and tracing libraries can patch them.
 */
export async function bundleService(root: string, options: { entries: Readonly<Record<string, string>>; folder: string }): Promise<Bundle> {
  const { "worker-main": worker, ...rest } = options.entries;
  // Apart: in one build a worker would load whatever the modules that it shares with others load.
  const metafiles = await Promise.all(
    [rest, ...(worker === undefined ? [] : [{ "worker-main": worker }])].map((entries) => bundleEntries(root, { ...options, entries })),
  );
  const outputs = metafiles.flatMap((metafile) => Object.entries(metafile.outputs));
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs)).filter((path) => path.startsWith(PACKAGES));
  const imports = outputs.flatMap(([, output]) => output.imports).filter(({ external }) => external === true);
  const outside = imports.filter(({ path }) => !path.startsWith("node:")).map(({ path }) => packageOf(path));
  const entries = new Set(Object.values(options.entries));
  const isRun = (entryPoint: string | undefined): boolean => entries.has(entryPoint ?? "");
  return {
    outside: [...new Set(outside)].sort(),
    inside: [...new Set(inputs.map((path) => packageOf(path.slice(PACKAGES.length))))].sort(),
    chunks: outputs.flatMap(([path, { entryPoint }]) => (path.endsWith(".js") && !isRun(entryPoint) ? [basename(path)] : [])),
  };
}

async function bundleEntries(root: string, options: { entries: Readonly<Record<string, string>>; folder: string }): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { ...options.entries },
    outdir: options.folder,
    bundle: true,
    splitting: true, // what is loaded on demand stays loaded on demand
    format: "esm",
    platform: "node",
    target: "node24",
    conditions: ["@millrace/source"],
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "none",
    keepNames: true,
    metafile: true,
    logLevel: "warning",
    plugins: [
      {
        name: "packages-outside",
        setup: (building) => {
          building.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
            kind === "entry-point" || path.startsWith("@millrace/") || INSIDE.test(path) ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  return metafile;
}

const PACKAGES = "node_modules/";

/** `@scope/name/part` → `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
