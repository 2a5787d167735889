import { build, type Metafile } from "esbuild";

/**
 * Bundles Millrace's own sources of a service into the folder; packages of others stay outside, so that native code and files that they
 * read beside themselves are found, and tracing libraries can patch them. Returns the names of those packages.
 */
export async function bundleService(
  root: string,
  options: { entries: Readonly<Record<string, string>>; folder: string },
): Promise<readonly string[]> {
  const { "worker-main": worker, ...rest } = options.entries;
  // Apart: in one build a worker would load whatever the modules that it shares with others load.
  const metafiles = await Promise.all(
    [rest, ...(worker === undefined ? [] : [{ "worker-main": worker }])].map((entries) => bundleEntries(root, { ...options, entries })),
  );
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const imports = outputs.flatMap((output) => output.imports);
  return [
    ...new Set(imports.filter(({ external, path }) => external === true && !path.startsWith("node:")).map(({ path }) => packageOf(path))),
  ].sort();
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
            kind === "entry-point" || path.startsWith("@millrace/") ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  return metafile;
}

/** `@scope/name/part` → `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
