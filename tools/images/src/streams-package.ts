import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** The library that job modules import, as one module in the image's node_modules: the CLI bundles jobs against it. */
export async function copyStreamsPackage(root: string, app: string): Promise<void> {
  const folder = join(app, "node_modules/@millrace/streams");
  mkdirSync(folder, { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: { index: "libs/streams/src/index.ts" },
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    conditions: ["@millrace/source"],
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
  });
  const manifest = {
    name: "@millrace/streams",
    version: "0.1.0",
    type: "module",
    sideEffects: false,
    exports: { ".": "./index.js", "./package.json": "./package.json" },
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest)}\n`);
}
