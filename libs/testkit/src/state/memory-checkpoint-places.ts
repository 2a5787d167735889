import { AppError } from "@millrace/model";
import type { CheckpointFile, CheckpointPlace, CheckpointPlaces } from "@millrace/ports";

/** Places of a simulation: those that are named when it is made, shared by all who open them. */
export class MemoryCheckpointPlaces implements CheckpointPlaces {
  /** Committed files by place and name. A test may damage them. */
  readonly files = new Map<string, Map<string, Uint8Array>>();

  constructor(urls: readonly string[]) {
    for (const url of urls) this.files.set(url, new Map());
  }

  open(url: string): Promise<CheckpointPlace> {
    const files = this.files.get(url);
    if (files !== undefined) return Promise.resolve(new MemoryPlace(files, url));
    const message = "the checkpoint path cannot be used: there is no such folder here";
    return Promise.reject(new AppError({ kind: "unavailable", code: "checkpoint-path-unusable", message, context: { path: url } }));
  }
}

class MemoryPlace implements CheckpointPlace {
  readonly #files: Map<string, Uint8Array>;
  readonly #url: string;

  constructor(files: Map<string, Uint8Array>, url: string) {
    this.#files = files;
    this.#url = url;
  }

  create(name: string): Promise<CheckpointFile> {
    let bytes: number[] = [];
    return Promise.resolve({
      write: (piece) => {
        for (const byte of piece) bytes.push(byte);
        return Promise.resolve();
      },
      commit: () => {
        this.#files.set(name, Uint8Array.from(bytes));
        return Promise.resolve();
      },
      abandon: () => {
        bytes = [];
        return Promise.resolve();
      },
    });
  }

  async *read(name: string): AsyncGenerator<Uint8Array, void, undefined> {
    const bytes = this.#files.get(name);
    if (bytes === undefined) {
      const context = { path: this.#url, file: name };
      throw new AppError({
        kind: "unavailable",
        code: "checkpoint-file-missing",
        message: "a file of the checkpoint is not there",
        context,
      });
    }
    yield await Promise.resolve(bytes.slice());
  }

  list(folder: string): Promise<readonly string[]> {
    const names = [...this.#files.keys()].filter((name) => name.startsWith(`${folder}/`));
    return Promise.resolve(names.map((name) => name.slice(folder.length + 1)).sort());
  }

  remove(name: string): Promise<void> {
    this.#files.delete(name);
    return Promise.resolve();
  }
}
