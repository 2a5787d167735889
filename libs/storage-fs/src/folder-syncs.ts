import { open } from "node:fs/promises";

interface FolderSync {
  readonly running: Promise<void>;
  /** The one after it, for those who came while it ran: what they did may not be in it. */
  next: Promise<void> | undefined;
}

/** Makes names in folders durable. Those who wait for the same folder share a sync, as when thousands of logs are made beside each other. */
export class FolderSyncs {
  readonly #syncs = new Map<string, FolderSync>();

  sync(folder: string): Promise<void> {
    const current = this.#syncs.get(folder);
    if (current === undefined) return this.#start(folder);
    const restart = (): Promise<void> => this.#start(folder);
    current.next ??= current.running.then(restart, restart);
    return current.next;
  }

  #start(folder: string): Promise<void> {
    const sync: FolderSync = { running: syncPath(folder), next: undefined };
    this.#syncs.set(folder, sync);
    const ended = (): void => {
      if (this.#syncs.get(folder) === sync && sync.next === undefined) this.#syncs.delete(folder);
    };
    sync.running.then(ended, ended);
    return sync.running;
  }
}

async function syncPath(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
