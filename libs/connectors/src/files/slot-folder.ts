import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SinkSlotMark } from "@millrace/ports";
import { errors } from "../errors.ts";

/** What one batch of one slot consists of; its presence in `commits` is what makes the batch's output count. */
export interface SlotManifest extends SinkSlotMark {
  /** Hidden file → where readers see it, both relative to the output folder. */
  readonly parts: readonly { readonly hidden: string; readonly visible: string }[];
}

/**
 * The hidden folder of one slot: `staging-<epoch>/` of the writer, `parts/` with files not shown yet, `commits/<batch>.json`. The commit of a batch
 * is one rename from staging to commits; taking a slot over renames the staging folders of lower epochs away, after which their
 * commit has nothing to rename. So of two writers one wins for good, without locks, on any file system with atomic rename.
 */
export class SlotFolder {
  readonly #root: string;
  readonly #folder: string;
  readonly #epoch: number;

  private constructor(root: string, hidden: string, epoch: number) {
    this.#root = root;
    this.#folder = hidden;
    this.#epoch = epoch;
  }

  /** Fences lower epochs and finishes what they had committed; gives the mark. */
  static async open(slot: {
    root: string;
    hidden: string;
    epoch: number;
  }): Promise<{ folder: SlotFolder; mark: SinkSlotMark | undefined }> {
    const folder = new SlotFolder(slot.root, slot.hidden, slot.epoch);
    for (const part of ["parts", "commits", folder.#staging]) await mkdir(join(slot.root, slot.hidden, part), { recursive: true });
    await folder.#fence();
    const last = await folder.#lastCommit();
    if (last !== undefined) await folder.#show(last);
    await folder.#dropHidden();
    return { folder, mark: last === undefined ? undefined : { batch: last.batch, digest: last.digest } };
  }

  /** Where a part of a batch is written until it is shown; relative to the root. */
  hiddenPart(batch: number, index: number): string {
    return join(this.#folder, "parts", `${batch}-${this.#epoch}-${index}`);
  }

  /** The commit: afterwards the batch is out, whatever happens. Parts must be on disk. */
  async commit(manifest: SlotManifest): Promise<void> {
    const name = `${manifest.batch}.json`;
    const staged = this.#path(this.#staging, name);
    const committed = this.#path("commits", name);
    try {
      const file = await open(staged, "w");
      try {
        await file.writeFile(JSON.stringify(manifest));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(staged, committed);
    } catch (error) {
      if (isMissing(error)) throw errors.fenced("files", { folder: this.#folder, epoch: this.#epoch });
      throw error;
    }
    await syncFolder(dirname(committed));
    await this.#show(manifest);
    for (const older of await this.#batches())
      if (older < manifest.batch) await rm(this.#path("commits", `${older}.json`), { force: true });
  }

  get #staging(): string {
    return `staging-${this.#epoch}`;
  }

  #path(...parts: string[]): string {
    return join(this.#root, this.#folder, ...parts);
  }

  /** First the own staging folder stands, then others are looked for: of two that open at once the higher epoch is left. */
  async #fence(): Promise<void> {
    for (const name of await readdir(this.#path())) {
      const epoch = /^staging-(\d+)$/.exec(name)?.[1];
      if (epoch === undefined || Number(epoch) === this.#epoch) continue;
      if (Number(epoch) > this.#epoch) throw errors.fenced("files", { folder: this.#folder, epoch: this.#epoch });
      const fenced = this.#path(`fenced-${epoch}`);
      await rename(this.#path(name), fenced).catch(ignoreMissing);
      await rm(fenced, { recursive: true, force: true });
    }
  }

  async #batches(): Promise<number[]> {
    const names = await readdir(this.#path("commits"));
    return names.map((name) => Number(/^(\d+)\.json$/.exec(name)?.[1] ?? NaN)).filter((batch) => !Number.isNaN(batch));
  }

  async #lastCommit(): Promise<SlotManifest | undefined> {
    const batches = await this.#batches();
    if (batches.length === 0) return undefined;
    return JSON.parse(await readFile(this.#path("commits", `${Math.max(...batches)}.json`), "utf8")) as SlotManifest;
  }

  /** Idempotent: what was moved already is not there any more. */
  async #show(manifest: SlotManifest): Promise<void> {
    const folders = new Set<string>();
    for (const { hidden, visible } of manifest.parts) {
      const target = join(this.#root, visible);
      const folder = dirname(target);
      if (!folders.has(folder)) await mkdir(folder, { recursive: true });
      folders.add(folder);
      await rename(join(this.#root, hidden), target).catch(ignoreMissing);
    }
    for (const folder of folders) await syncFolder(folder);
  }

  /** Parts of attempts that did not commit. */
  async #dropHidden(): Promise<void> {
    for (const name of await readdir(this.#path("parts"))) await rm(this.#path("parts", name), { force: true });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as { readonly code?: unknown } | undefined)?.code === "ENOENT";
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
