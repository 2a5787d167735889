import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const SIZE_MIB = 192;

/** A file system of its own for one broker: it can be frozen. Needs root, and loop devices. */
export class SmallDisk {
  readonly folder: string;
  readonly #image: string;

  private constructor(folder: string, image: string) {
    this.folder = folder;
    this.#image = image;
  }

  /** Why there is none, in words, if this machine does not allow it. */
  static open(parent: string, name: string): SmallDisk | string {
    const image = join(parent, `${name}.img`);
    const folder = join(parent, name);
    try {
      mkdirSync(folder, { recursive: true });
      execFileSync("truncate", ["--size", `${SIZE_MIB}M`, image], { stdio: "pipe" });
      execFileSync("mkfs.ext4", ["-q", "-m", "0", image], { stdio: "pipe" });
      execFileSync("mount", ["-o", "loop", image, folder], { stdio: "pipe" });
      return new SmallDisk(folder, image);
    } catch (error) {
      return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    }
  }

  /** Every write and sync hangs until `thaw`. */
  freeze(): void {
    execFileSync("fsfreeze", ["--freeze", this.folder], { stdio: "pipe" });
  }

  thaw(): void {
    execFileSync("fsfreeze", ["--unfreeze", this.folder], { stdio: "pipe" });
  }

  remove(): void {
    execFileSync("umount", [this.folder], { stdio: "pipe" });
    rmSync(this.#image, { force: true });
  }
}
