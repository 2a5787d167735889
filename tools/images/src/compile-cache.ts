import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { IMAGE_USER } from "./images.ts";

/** In the folder of the program; named to Node.js by the image's environment. */
const CACHE_FOLDER = "compile-cache";

/** Loads each file and ends: Node.js writes what it compiled when it ends. */
const LOAD_ALL = `for (const file of process.argv.slice(1)) await import(file);`;

/**
 * Compiles a program's files, and the packages that they import, once for all starts of the image: a third of what a start costs. By content and place below the folder, so that it holds
 * where the image is unpacked; another version of Node.js, or another processor's, does not look at it. Node.js keeps one cache a user, by number.
 */
export function writeCompileCache(app: string, chunks: readonly string[]): void {
  const folder = join(app, CACHE_FOLDER);
  execFileSync(process.execPath, ["--input-type=module", "--eval", LOAD_ALL, ...chunks.map((chunk) => join(app, chunk))], {
    cwd: app,
    env: { NODE_COMPILE_CACHE: folder, NODE_COMPILE_CACHE_PORTABLE: "1", PATH: process.env["PATH"] },
    stdio: ["ignore", "ignore", "pipe"], // what it says is in the error,
  });
  const [user = ""] = IMAGE_USER.split(":");
  for (const name of readdirSync(folder)) {
    const ofUser = join(folder, name.replace(/-\d+$/, `-${user}`));
    renameSync(join(folder, name), ofUser);
    for (const file of readdirSync(ofUser)) chmodSync(join(ofUser, file), 0o644); // they are made for their owner alone
  }
}
