import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { cliError } from "../errors.ts";
import { ERRORS_SHOWN_MAX, TYPE_CHECK_MS_MAX } from "../limits.ts";
import type { CliWorld } from "../world.ts";

/**
 * Type-checks a job module with the strictness that Millrace itself is written in, whatever the project around it says. Where no compiler is
 * installed nothing is checked, and that is said. Type errors are listed as `file:line:column: message`.
 */
export async function checkTypes(modulePath: string, world: CliWorld): Promise<void> {
  if (!/\.[mc]?tsx?$/.test(modulePath)) return;
  const compiler = findCompiler();
  if (compiler === undefined) {
    world.note("types are not checked: no TypeScript compiler is installed (--no-check leaves out this line)");
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), "millrace-types-"));
  try {
    const project = join(folder, "tsconfig.json");
    await writeFile(project, JSON.stringify(projectFor(modulePath)));
    const output = await runCompiler(compiler, project, dirname(modulePath));
    const errors = errorsIn(output, dirname(modulePath));
    if (errors.length === 0) return;
    for (const error of errors.slice(0, ERRORS_SHOWN_MAX)) world.note(error);
    const count = errors.length === 1 ? "a type error" : `${errors.length} type errors`;
    throw cliError("job-type-error", `the job module has ${count}: correct the lines above, or pass --no-check`, {
      module: relative(world.folder, modulePath),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Compiler {
  readonly script: string;
  /** node_modules with the packages that every job may use. */
  readonly modules: string;
}

function findCompiler(): Compiler | undefined {
  const require = createRequire(import.meta.url);
  for (const name of ["typescript-7", "typescript"]) {
    try {
      const root = dirname(require.resolve(`${name}/package.json`));
      const script = join(root, "bin/tsc");
      if (existsSync(script)) return { script, modules: dirname(root) };
    } catch {
      // not installed: the next
    }
  }
  return undefined;
}

function projectFor(modulePath: string): object {
  const compiler = findCompiler();
  const modules = compiler?.modules ?? "";
  const streams = createRequire(import.meta.url).resolve("@millrace/streams/package.json");
  return {
    compilerOptions: {
      noEmit: true,
      strict: true,
      target: "es2023",
      lib: ["es2024", "esnext.disposable"],
      module: "preserve",
      moduleResolution: "bundler",
      moduleDetection: "force",
      allowImportingTsExtensions: true,
      verbatimModuleSyntax: true,
      skipLibCheck: true,
      customConditions: ["@millrace/source"],
      typeRoots: [join(modules, "@types")],
      types: existsSync(join(modules, "@types/node")) ? ["node"] : [],
      paths: {
        "@millrace/streams": [
          join(dirname(streams), existsSync(join(dirname(streams), "src/index.ts")) ? "src/index.ts" : "dist/src/index.d.ts"),
        ],
      },
    },
    files: [modulePath],
  };
}

function runCompiler(compiler: Compiler, project: string, folder: string): Promise<string> {
  const args = [compiler.script, "--project", project, "--pretty", "false"];
  return new Promise((done, fail) => {
    execFile(process.execPath, args, { cwd: folder, timeout: TYPE_CHECK_MS_MAX, maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
      if (error?.killed === true)
        fail(cliError("job-type-error", `the type check took more than ${TYPE_CHECK_MS_MAX} ms: --no-check skips it`));
      else done(stdout);
    });
  });
}

/** Errors of the compiler's output as `file:line:column: message`, continuation lines joined. */
function errorsIn(output: string, folder: string): readonly string[] {
  const errors: string[] = [];
  for (const line of output.split("\n")) {
    const [, file, position, message] = /^(.+?)\((\d+,\d+)\): error (?:TS\d+: )?(.*)$/.exec(line) ?? [];
    if (file !== undefined && position !== undefined && message !== undefined) {
      errors.push(`${relative(process.cwd(), resolve(folder, file))}:${position.replace(",", ":")}: ${message}`);
    } else if (/^error TS\d+: /.test(line)) errors.push(line);
    else if (line.startsWith("  ") && errors.length > 0) errors.push(`${errors.pop() ?? ""}\n  ${line}`);
  }
  return errors;
}
