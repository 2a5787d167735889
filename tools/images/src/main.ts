import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildByHand } from "./build-by-hand.ts";
import { buildWithEngine, findEngine } from "./build-with-engine.ts";
import { type Options, readOptions } from "./options.ts";

const USAGE = `Container images of every service, and of a Redis for a start.

  npm run images                          all, with docker, podman or buildah, or without any of them
  npm run images -- broker executor       some
  npm run images -- --repository registry.example.com/millrace --tag 1.2.3

  --engine E       auto (default), docker, podman, buildah, or none: root file systems written and packed here
  --repository R   what stands before /broker:tag (docker.io/millrace)
  --tag T          absent: the version of the product
  --out DIR        where archives go, one NAME.tar each (dist/images)

Environment: NODE_IMAGE, the image to build in; MILLRACE_BUILD_FLAGS, more flags for the engine's build.
`;

const root = join(import.meta.dirname, "../../..");
process.exitCode = await main();

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const engine = options.engine === "auto" ? (findEngine() ?? "none") : options.engine;
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const { names, repository } = options;
  const order = {
    root,
    names,
    repository,
    version,
    revision: revisionOf(root),
    tag: options.tag ?? version,
    out: resolve(options.out),
    say,
  };
  say(`building ${names.join(", ")} ${engine === "none" ? "without a container engine" : `with ${engine}`}`);
  try {
    if (engine === "none") await buildByHand(order);
    else buildWithEngine(engine, order);
    return 0;
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error)}\n`);
    return 1;
  }
}

function revisionOf(folder: string): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown"; // A source archive has no history.
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
