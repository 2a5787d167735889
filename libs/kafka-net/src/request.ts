import type { KafkaAnswer, KafkaRequest } from "@millrace/ports";

const PRODUCE_KEY = 0;
const NO_BYTES = new Uint8Array(0);

/** Who waits for the outcome of requests. */
export interface RequestOwner {
  answered(): void;
  failed(error: unknown): void;
}

/** A request under way, or answered and not sent yet. */
export class Request implements KafkaRequest {
  frame: Uint8Array;
  readonly frameBytes: number;
  readonly isProduce: boolean;
  isDone = false;
  parts: readonly Uint8Array[] = [];
  onSent: (() => void) | undefined;
  /** To be told when the answer is sent, or never will be. */
  afterSent: (() => void) | undefined;
  readonly #owner: RequestOwner;
  readonly #isView: boolean;
  #isKept = false;

  /** `isView`: the frame is in memory of the reader, which the next read overwrites. */
  constructor(frame: Uint8Array, isView: boolean, owner: RequestOwner) {
    this.frame = frame;
    this.frameBytes = frame.length;
    this.isProduce = isProduce(frame);
    this.#isView = isView;
    this.#owner = owner;
  }

  keep(): Uint8Array {
    if (this.#isView && !this.#isKept) this.frame = new Uint8Array(this.frame);
    this.#isKept = true;
    return this.frame;
  }

  answer(answer: KafkaAnswer | undefined): void {
    if (this.isDone) return;
    this.isDone = true;
    if (answer !== undefined) {
      this.parts = answer.parts;
      this.onSent = answer.onSent;
    }
    this.#owner.answered();
  }

  fail(error: unknown): void {
    if (this.isDone) return;
    this.isDone = true;
    this.#owner.failed(error);
  }

  /** The handler has returned. Gives the memory of the frame if it may serve another one. */
  letGo(): Uint8Array | undefined {
    const frame = this.#isKept || this.#isView ? undefined : this.frame;
    this.frame = NO_BYTES;
    return frame;
  }
}

export function isProduce(frame: Uint8Array): boolean {
  return frame[0] === 0 && frame[1] === PRODUCE_KEY;
}
