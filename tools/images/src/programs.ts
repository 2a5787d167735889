import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** Copies a program into a root file system, with the shared libraries that it names and the loader that starts it. */
export function copyProgram(program: string, place: { readonly folder: string; readonly at: string }): void {
  put(realpathSync(program), join(place.folder, place.at), 0o755);
  for (const library of librariesOf(program)) {
    const to = join(place.folder, library);
    if (!existsSync(to)) put(realpathSync(library), to, 0o755);
  }
}

function put(from: string, to: string, mode: number): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

/** Paths of `ldd`'s answer: `libm.so.6 => /lib/…/libm.so.6 (0x…)`, and the loader's own line without an arrow. */
export function librariesOf(program: string): readonly string[] {
  const answer = execFileSync("ldd", [program], { encoding: "utf8" });
  const missing = /^\s*(\S+) => not found/m.exec(answer);
  if (missing !== null) throw new Error(`${program} needs ${missing[1] ?? "a library"}, which is not installed here`);
  return [...answer.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path ?? "");
}
