import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { AppError } from "@millrace/model";
import { build, type BuildOptions, type BuildResult, type Message } from "esbuild";
import { cliError } from "../errors.ts";
import { BUNDLE_BYTES_MAX } from "../limits.ts";

/**
 * A module with everything it imports as one ES module for Node. Its source map holds positions only, relative to the module's folder:
 * errors at run time name the author's file and line.
 */
export async function bundleModule(modulePath: string): Promise<Uint8Array> {
  const result = await run(optionsFor(modulePath), modulePath);
  const hasCommonJs = Object.values(result.metafile?.inputs ?? {}).some((input) => input.format === "cjs");
  // CommonJS packages call require() for Node's own modules, which an ES module does not have.
  const final = hasCommonJs ? await run({ ...optionsFor(modulePath), banner: { js: REQUIRE_BANNER } }, modulePath) : result;
  const bytes = final.outputFiles?.[0]?.contents ?? new Uint8Array();
  if (bytes.byteLength > BUNDLE_BYTES_MAX) {
    const message = `the job's bundle is larger than ${BUNDLE_BYTES_MAX} bytes: import less, and load data from a topic`;
    throw cliError("bundle-too-large", message, { bytes: bytes.byteLength });
  }
  return bytes;
}

const REQUIRE_BANNER =
  'import { createRequire as millraceCreateRequire } from "node:module"; const require = millraceCreateRequire(import.meta.url);';

function optionsFor(modulePath: string): BuildOptions {
  return {
    entryPoints: [modulePath],
    absWorkingDir: dirname(modulePath),
    outfile: join(dirname(modulePath), "job.mjs"), // not written; positions are relative to it
    write: false,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    conditions: ["@millrace/source", "node", "import"],
    nodePaths: [ownModules()], // a module outside any project finds @millrace/streams all the same
    keepNames: true, // names of functions are shown in plans
    sourcemap: "inline",
    sourcesContent: false,
    legalComments: "none",
    metafile: true,
    logLevel: "silent",
  };
}

/** node_modules in which this program finds @millrace/streams. */
function ownModules(): string {
  const manifest = createRequire(import.meta.url).resolve("esbuild/package.json");
  return dirname(dirname(manifest));
}

async function run(options: BuildOptions, modulePath: string): Promise<BuildResult> {
  try {
    return await build(options);
  } catch (error) {
    const first = messagesOf(error)[0];
    if (first === undefined) throw error;
    const { location, text } = first;
    const at =
      location === null
        ? relative(process.cwd(), modulePath)
        : `${relative(process.cwd(), join(dirname(modulePath), location.file))}:${location.line}:${location.column + 1}`;
    throw new AppError({ kind: "invalid", code: "job-bundle-failed", message: `${at}: ${text}`, cause: error });
  }
}

function messagesOf(error: unknown): readonly Message[] {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors) ? (error.errors as readonly Message[]) : [];
}
