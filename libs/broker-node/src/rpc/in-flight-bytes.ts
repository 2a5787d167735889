import { createDeferred, type Deferred } from "@millrace/stdx";
import { brokerErrors } from "../errors.ts";

/** Counts the bytes of produce requests that are not answered, against the bound of the whole broker. */
export class InFlightBytes {
  readonly #bytesMax: number;
  readonly #waiting: Deferred<void>[] = []; // one per stream
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing more may be acquired, but by force. */
  get isFull(): boolean {
    return this.#bytes >= this.#bytesMax;
  }

  /** Counts them in, or refuses as exhausted; one request alone is always taken, and so is one (`force`) that waited for room. */
  acquire(bytes: number, options: { force?: boolean } = {}): void {
    if (options.force !== true && this.#bytes > 0 && this.#bytes + bytes > this.#bytesMax) {
      throw brokerErrors.tooManyBytes({ inFlightBytes: this.#bytes, inFlightBytesMax: this.#bytesMax });
    }
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#waiting.length > 0 && this.#bytes < this.#bytesMax) for (const waiting of this.#waiting.splice(0)) waiting.resolve();
  }

  /** Resolves when something may be acquired: what a stream does before it reads its next request. */
  async room(): Promise<void> {
    while (this.isFull) {
      const waiting = createDeferred<void>();
      this.#waiting.push(waiting);
      await waiting.promise;
    }
  }
}
