import { crc32c } from "@millrace/codecs";

/** Who watches a run: told of each event before it runs, and of each message that arrives. */
export interface Watcher {
  event(timeMs: number, owner: number): void;
  bytes(bytes: Uint8Array): void;
}

const PRIMES = [0x0100_0193, 0x85eb_ca6b] as const;
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** A digest of everything that happened, in its order: two runs of one seed that differ anywhere have different ones. */
export class Trace implements Watcher {
  #low = 0x811c_9dc5;
  #high = 0x9747_b28c;
  #events = 0;

  get events(): number {
    return this.#events;
  }

  /** One event at its time: what it is, as a small number. */
  event(timeMs: number, what: number): void {
    this.#events++;
    float[0] = timeMs;
    this.number((words[0] ?? 0) ^ Math.imul(words[1] ?? 0, PRIMES[1]));
    this.number(what);
  }

  bytes(bytes: Uint8Array): void {
    this.number(crc32c(bytes));
    this.number(bytes.length);
  }

  number(value: number): void {
    this.#low = Math.imul(this.#low ^ value, PRIMES[0]);
    this.#high = Math.imul((this.#high ^ value) + (this.#low >>> 7), PRIMES[1]);
  }

  get digest(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
  }
}
