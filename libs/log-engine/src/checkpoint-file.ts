import type { Offset } from "@millrace/model";
import type { LogPorts } from "./partition-log.ts";
import { readSealedFile, writeSealedFile } from "./sealed-file.ts";

/** Lower bounds that recovery relies on; see docs/formats/segment.md. */
export interface CheckpointValues {
  /** Everything below is synced, and its segments have their indexes. */
  readonly recoveryPoint: Offset;
  /** At least this much was durable. */
  readonly highWatermark: Offset;
  readonly logStartOffset: Offset;
  /** See CompactionMarks; absent: 0. */
  readonly cleanEndOffset?: Offset | undefined;
  readonly gapsEndOffset?: Offset | undefined;
  /** Records may have counted before they were synced (flush=interval); absent: none did. */
  readonly isSyncedLate?: boolean | undefined;
  /** Size of the last `.log` at a clean close. */
  readonly endPosition?: number | undefined;
}

/** The checkpoint of a log: saves follow one another, and those that wait become one. */
export class CheckpointFile {
  readonly #ports: LogPorts;
  readonly #path: string;
  #saved: string | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor(ports: LogPorts, path: string) {
    this.#ports = ports;
    this.#path = path;
  }

  read(): CheckpointValues | undefined {
    return readSealedFile(this.#ports, this.#path) as CheckpointValues | undefined;
  }

  /** Writes what `current` returns when its turn comes, unless the file says so already. */
  save(current: () => CheckpointValues): Promise<void> {
    const saving = this.#queue.then(async () => {
      const values = current();
      const text = JSON.stringify(values);
      if (text === this.#saved) return;
      await writeSealedFile(this.#ports, this.#path, values);
      this.#saved = text;
    });
    this.#queue = saving.catch(() => undefined);
    return saving;
  }

  /** Resolves when every save that was asked for has ended. */
  idle(): Promise<void> {
    return this.#queue;
  }
}
