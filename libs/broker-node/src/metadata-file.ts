import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { encodeMetadata, type MetadataUpdate, MetadataUpdateSchema } from "@millrace/contracts";
import type { Clock, Logger, Storage, Timer } from "@millrace/ports";
import { METADATA_SAVE_MS } from "./limits.ts";

const FILE = "cluster-metadata.bin";

/**
 * The cluster's metadata as this broker last heard it, kept over restarts: a coordinator whose store lost its data is told it (reliability S8). Nothing is served by it:
 * what has not come from a coordinator in this life may be old. Saved at most once in a while, so what changed just before a crash may be missing; other brokers have that.
 */
export class MetadataFile {
  readonly #ports: { readonly storage: Storage; readonly clock: Clock; readonly logger: Logger };
  #timer: Timer | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(ports: { storage: Storage; clock: Clock; logger: Logger }) {
    this.#ports = ports;
  }

  /** What a former life saved; undefined if nothing, or nothing readable, is there. */
  read(): MetadataUpdate | undefined {
    const bytes = this.#ports.storage.readFile(FILE);
    if (bytes === undefined) return undefined;
    try {
      return fromBinary(MetadataUpdateSchema, bytes);
    } catch (error) {
      this.#ports.logger.warn("saved metadata is damaged, and not used", { file: FILE, error });
      return undefined;
    }
  }

  /** Saves the newest image soon. */
  saveSoon(image: () => MessageInitShape<typeof MetadataUpdateSchema>): void {
    this.#timer ??= this.#ports.clock.setTimer(METADATA_SAVE_MS, () => {
      this.#timer = undefined;
      const bytes = encodeMetadata(image());
      this.#saving = this.#saving
        .then(() => this.#ports.storage.writeFileAtomically(FILE, bytes))
        .catch((error: unknown) => {
          this.#ports.logger.warn("metadata could not be saved", { file: FILE, error });
        });
    });
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#saving;
  }
}
