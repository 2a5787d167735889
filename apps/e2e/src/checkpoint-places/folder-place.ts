import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { SharedFile, SharedPlace } from "./shared-place.ts";

/** A folder that all executors share; away it has another name, as an unmounted share. */
export class FolderPlace implements SharedPlace {
  readonly env = {};
  readonly awayCodes = ["checkpoint-path-unusable", "checkpoint-file-missing", "file-missing"];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, "checkpoints");
  }

  get url(): string {
    return pathToFileURL(this.#folder).href;
  }

  create(): Promise<void> {
    mkdirSync(this.#folder);
    return Promise.resolve();
  }

  takeAway(): Promise<void> {
    renameSync(this.#folder, `${this.#folder}-away`);
    return Promise.resolve();
  }

  bringBack(): Promise<void> {
    renameSync(`${this.#folder}-away`, this.#folder);
    return Promise.resolve();
  }

  files(jobId: string): Promise<readonly SharedFile[]> {
    const folder = join(this.#folder, jobId);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return Promise.resolve(names.map((name) => ({ name, bytes: statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0 })));
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
