import { execFileSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../system/place.ts";

const SOURCE = join(import.meta.dirname, "failing-reads.c");

/** Makes reads of single files fail with EIO in the processes of a place. Needs a C compiler. */
export class FailingReads {
  readonly #library: string;
  readonly #list: string;

  private constructor(folder: string) {
    this.#library = join(folder, "failing-reads.so");
    this.#list = join(folder, "failing-inodes");
  }

  /** Why there is none, in words, if this machine has no compiler. */
  static build(folder: string): FailingReads | string {
    const reads = new FailingReads(folder);
    try {
      writeFileSync(reads.#list, "");
      execFileSync("cc", ["-shared", "-fPIC", "-O2", "-o", reads.#library, SOURCE, "-ldl"], { stdio: "pipe" });
      return reads;
    } catch (error) {
      return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    }
  }

  /** The same place, for processes whose reads may be made to fail. */
  around({ command, ...rest }: Place): Place {
    const env = [`LD_PRELOAD=${this.#library}`, `FAILING_INODES=${this.#list}`];
    return { ...rest, command: (program, args) => command("env", [...env, program, ...args]) };
  }

  /** All files can be read again. Inode numbers of deleted files are given to others. */
  heal(): void {
    writeFileSync(this.#list, "");
  }

  /** The file cannot be read any more; another one that takes its name can. */
  fail(path: string): void {
    writeFileSync(this.#list, String(statSync(path).ino));
  }
}
