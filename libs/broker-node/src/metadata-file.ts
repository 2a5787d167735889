import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { encodeMetadata, type MetadataUpdate, MetadataUpdateSchema } from "@millrace/contracts";
import type { Clock, Logger, Storage, Timer } from "@millrace/ports";
import { createDeferred } from "@millrace/stdx";
import { METADATA_SAVE_MS, VERSION_WRITE_MS_MAX } from "./limits.ts";

const FILE = "cluster-metadata.bin";
const VERSION_FILE = "metadata-version.json";

/**
 * The cluster's metadata as this broker last heard it, kept over restarts: a coordinator whose store lost its data is told it (reliability S8). Nothing is served by it:
 * what has not come from a coordinator in this life may be old. Saved at most once in a while, so what changed just before a crash may be missing; other brokers have that.
 * Its version is written down before it is acted upon (S5): a broker that was killed a moment later still proves what a store has lost.
 */
export class MetadataFile {
  readonly #ports: { readonly storage: Storage; readonly clock: Clock; readonly logger: Logger };
  #version = 0;
  #writing: Promise<void> | undefined;
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

  /** The newest that a former life may have acted upon; 0: none. */
  readVersion(): number {
    const bytes = this.#ports.storage.readFile(VERSION_FILE);
    const saved = Number(this.read()?.metadataVersion ?? 0n);
    if (bytes === undefined) return saved;
    try {
      const { metadataVersion } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly metadataVersion: number };
      return Math.max(saved, metadataVersion);
    } catch (error) {
      this.#ports.logger.warn("the metadata version that was written down is damaged, and not used", { file: VERSION_FILE, error });
      return saved;
    }
  }

  /**
   * To be waited for before metadata of this version is acted upon. A disk that takes nothing, or hangs, is not waited for beyond a moment: whom to obey must be heard, and leaders whose disk hangs have
   * to let go.
   */
  async writeVersion(metadataVersion: number): Promise<void> {
    if (metadataVersion === this.#version) return;
    this.#version = metadataVersion;
    if (this.#writing !== undefined) return; // the disk hangs: it is written when that is over
    const late = createDeferred<void>();
    const timer = this.#ports.clock.setTimer(VERSION_WRITE_MS_MAX, () => late.resolve());
    this.#writing = this.#writeNewest().finally(() => (this.#writing = undefined));
    await Promise.race([this.#writing, late.promise]);
    timer.cancel();
  }

  async #writeNewest(): Promise<void> {
    for (let written = -1; written !== this.#version;) {
      written = this.#version;
      const bytes = new TextEncoder().encode(JSON.stringify({ metadataVersion: written }));
      try {
        await this.#ports.storage.writeFileAtomically(VERSION_FILE, bytes);
      } catch (error) {
        this.#ports.logger.warn("metadata version could not be written down", { file: VERSION_FILE, error });
      }
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
    await this.#writing;
    await this.#saving;
  }
}
