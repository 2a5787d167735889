import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
/** Below the checkout's packages, so that those which stay outside are found. */
const FOLDER = join(ROOT, "node_modules/.cache/millrace-bench/cli");
/** Packages that images have in the bundle, too (`tools/images/src/bundle.ts`). */
const INSIDE = /^(zod|@bufbuild\/protobuf)(\/|$)/;
/** Found under these names, beside each other. */
const ENTRIES = [
  { main: "apps/cli/src/main.ts", "build-child": "apps/cli/src/jobs/build-child.ts" },
  { "worker-main": "apps/stream-executor/src/worker-main.ts" },
];

/**
 * The `millrace` command bundled as its image has it: from sources every process spends half a second of CPU on taking types away and on finding a thousand files, which nobody
 * pays who runs what is shipped. Built once in a run of the bench; the path of its main file.
 */
export function bundledCli(): Promise<string> {
  return (built ??= bundleAll());
}

let built: Promise<string> | undefined;

async function bundleAll(): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  for (const entryPoints of ENTRIES) await bundle(entryPoints);
  return join(FOLDER, "main.js");
}

async function bundle(entryPoints: Readonly<Record<string, string>>): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { ...entryPoints },
    outdir: FOLDER,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    conditions: ["@millrace/source"],
    keepNames: true,
    legalComments: "none",
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
}
