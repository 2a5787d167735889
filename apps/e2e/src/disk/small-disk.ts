import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeSync, openSync, closeSync, fsyncSync } from "node:fs";
import { join } from "node:path";

const SIZE_MIB = 192;
const CHUNK = new Uint8Array(1_048_576).fill(7);

/** A file system of its own for one broker: small enough to be filled, and it can be frozen. Needs root, and loop devices. */
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

  /** Takes all room that is left. */
  fill(): void {
    const file = openSync(join(this.folder, "filler"), "w");
    try {
      for (let size = CHUNK.length; size >= 1;) {
        try {
          writeSync(file, CHUNK, 0, size);
        } catch {
          size = Math.floor(size / 8); // no room for so much
        }
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    rmSync(join(this.folder, "filler"), { force: true });
  }

  /** Every write and sync hangs until `thaw`. */
  freeze(): void {
    execFileSync("fsfreeze", ["--freeze", this.folder], { stdio: "pipe" });
  }

  thaw(): void {
    execFileSync("fsfreeze", ["--unfreeze", this.folder], { stdio: "pipe" });
  }

  remove(): void {
    execFileSync("umount", ["--lazy", this.folder], { stdio: "pipe" });
    rmSync(this.#image, { force: true });
  }
}
