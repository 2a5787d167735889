import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleService } from "./bundle.ts";
import { writeBaseRootfs } from "./base-rootfs.ts";
import { APP_FOLDER, type Image, imageNamed } from "./images.ts";
import { writeCompileCache } from "./compile-cache.ts";
import { copyPackages, packageClosure } from "./packages.ts";
import { copyProgram } from "./programs.ts";
import { softwareBill } from "./sbom.ts";
import { copyStreamsPackage } from "./streams-package.ts";

/** Name of the layer under all others. */
export const BASE = "base";
/** Where the list of what is inside lies in an image. */
export const BILL_PATH = `${APP_FOLDER}/sbom.json`;

/** Writes the layer `base`, or that of an image, into an empty folder: the same bytes in a build container and on a machine without any. */
export async function writeRootfs(root: string, name: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (name === BASE) writeBaseRootfs(folder);
  else await writeImage(root, imageNamed(name), folder);
}

async function writeImage(root: string, image: Image, folder: string): Promise<void> {
  const { content } = image;
  const app = join(folder, APP_FOLDER);
  mkdirSync(app, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  if (content.kind !== "service") {
    if (content.kind === "redis") writeRedis(folder);
    else writePrometheus(folder);
    writeFileSync(join(folder, BILL_PATH), softwareBill({ name: image.name, version }, [], process.version));
    return;
  }
  const bundle = await bundleService(root, { entries: content.entries, folder: app });
  const own = content.packages.filter((name) => name.startsWith("@millrace/"));
  const foreign = content.packages.filter((name) => !name.startsWith("@millrace/"));
  const packages = packageClosure(root, [...bundle.outside, ...foreign]);
  copyPackages(root, packages, app);
  if (own.includes("@millrace/streams")) await copyStreamsPackage(root, app);
  writeFileSync(
    join(app, "package.json"),
    `${JSON.stringify({ name: `millrace-${image.name}`, version, type: "module", private: true })}\n`,
  );
  writeCompileCache(app, bundle.chunks);
  const all = packageClosure(root, [...bundle.outside, ...bundle.inside, ...foreign]);
  writeFileSync(join(folder, BILL_PATH), softwareBill({ name: image.name, version }, all, process.version));
}

/** Debian's Redis with its libraries: the program is asked for by name, so whatever version the builder's distribution keeps patched. */
function writeRedis(folder: string): void {
  const program = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].find((path) => existsSync(path));
  if (program === undefined) throw new Error("redis-server is not installed here: apt-get install redis-server");
  copyProgram(program, { folder, at: "usr/bin/redis-server" });
  copyProgram(program.replace("server", "cli"), { folder, at: "usr/bin/redis-cli" });
  chmodSync(join(folder, APP_FOLDER), 0o755);
}

/** Debian's Prometheus: one program, which brings its page along. */
function writePrometheus(folder: string): void {
  const program = ["/usr/bin/prometheus", "/usr/local/bin/prometheus"].find((path) => existsSync(path));
  if (program === undefined) throw new Error("prometheus is not installed here: apt-get install prometheus");
  copyProgram(program, { folder, at: "usr/bin/prometheus" });
  chmodSync(join(folder, APP_FOLDER), 0o755);
}
