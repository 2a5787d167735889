import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { kafkaLoad } from "../kafka/kafka-client.ts";

/** What `statfs` says of a file system in memory (linux/magic.h). */
const TMPFS_MAGIC = 0x01021994;
const PAGE_BYTES = 4_096;

/** What a fill found and left, in bytes. */
export interface Filled {
  readonly freeBefore: number;
  readonly free: number;
  readonly read: number;
}

/**
 * Keeps next to no memory free, as on any machine that has been up for long: the rest is the page cache of a sparse file. A virtual machine may give free pages back to its host within seconds,
 * and the first touch of each then costs what a broker spends on its bytes otherwise, on whichever side happens to touch it. With the cache full the kernel takes
 * clean pages of that file instead, for both sides alike. The file has no name and no blocks: nothing of it is left, however this process ends.
 */
export class PageCache {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /** In the folder that servers write to; undefined where that is memory itself, which a full cache would only take from them. */
  static openIn(folder: string): PageCache | undefined {
    if (statfsSync(folder).type === TMPFS_MAGIC) return undefined;
    const own = mkdtempSync(join(folder, "cache-"));
    const file = openSync(join(own, "sparse"), "w+");
    rmSync(own, { recursive: true });
    ftruncateSync(file, Math.floor(totalmem() / PAGE_BYTES) * PAGE_BYTES);
    return new PageCache(file);
  }

  /** Reads as much of the file as makes free memory less; what is there already is not read again. */
  async fill(): Promise<Filled> {
    return (await kafkaLoad(["fill", `/proc/${process.pid}/fd/${this.#file}`], undefined, "page-cache")) as Filled;
  }

  close(): void {
    closeSync(this.#file);
  }
}
