import type { CheckpointFolder } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import type { CheckpointPlaces, Logger } from "@millrace/ports";
import { CHECKPOINT_FILES_REMOVED_MAX } from "../limits.ts";
import { readFileName } from "./file-part.ts";

/**
 * Removes files of checkpoints that nothing refers to: those of this epoch up to the stored checkpoint's batch, and those of older epochs, finished or not. What is newer is being
 * written, and what is not named as a part is not ours. Resolves with their number.
 */
export async function trimCheckpointFiles(folders: readonly CheckpointFolder[], places: CheckpointPlaces): Promise<number> {
  let removed = 0;
  for (const { place: url, jobId, keep, jobEpoch, batch } of folders) {
    const place = await places.open(url);
    const kept = new Set(keep);
    for (const name of await place.list(jobId)) {
      const written = readFileName(name);
      if (written === undefined || kept.has(name)) continue;
      const isSettled = written.jobEpoch < Number(jobEpoch) || (written.jobEpoch === Number(jobEpoch) && written.batch <= Number(batch));
      if (!isSettled) continue;
      if (removed >= CHECKPOINT_FILES_REMOVED_MAX) return removed;
      await place.remove(`${jobId}/${name}`);
      removed += 1;
    }
  }
  return removed;
}

/** Trims beside the batches, which need not wait for it. What fails, or comes while one is under way, is tried again with the next checkpoint. */
export class FileTrims {
  readonly #jobId: string;
  readonly #ports: { readonly places: CheckpointPlaces; readonly logger: Logger };
  #running: Promise<void> | undefined;

  constructor(jobId: string, ports: { readonly places: CheckpointPlaces; readonly logger: Logger }) {
    this.#jobId = jobId;
    this.#ports = ports;
  }

  begin(folders: readonly CheckpointFolder[]): void {
    this.#running ??= this.#trim(folders).finally(() => (this.#running = undefined));
  }

  /** Resolves when none is under way. */
  async done(): Promise<void> {
    await this.#running;
  }

  async #trim(folders: readonly CheckpointFolder[]): Promise<void> {
    const { places, logger } = this.#ports;
    try {
      logger.debug("checkpoint files removed", { job: this.#jobId, files: await trimCheckpointFiles(folders, places) });
    } catch (error) {
      const { code, message } = toAppError(error);
      logger.warn("checkpoint files not removed", { job: this.#jobId, code, reason: message });
    }
  }
}
