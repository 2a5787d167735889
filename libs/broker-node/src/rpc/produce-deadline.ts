import type { AppError } from "@millrace/model";
import type { Clock, Timer } from "@millrace/ports";
import { brokerErrors } from "../errors.ts";

/** When a produce request is answered at the latest, one for all of its partitions: those that are not as durable as asked by then are answered as timed out, the others as they are. */
export class ProduceDeadline {
  readonly #timer: Timer | undefined;
  readonly #timeoutMs: number;
  /** One per partition of the request that is not answered. */
  readonly #waiting = new Set<(error: AppError) => void>();
  #isOver = false;

  /** `timeoutMs` Infinity: never. */
  constructor(clock: Clock, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#timer = timeoutMs === Infinity ? undefined : clock.setTimer(Math.max(0, timeoutMs), () => this.#expire());
  }

  /** Throws once it is over: records of which the client was told that they are late must not be stored after that. */
  requireTime(): void {
    if (this.#isOver) throw brokerErrors.timedOut({ timeoutMs: this.#timeoutMs });
  }

  /** Calls once when it is over. Returns how to stop listening. */
  onOver(expire: (error: AppError) => void): () => void {
    this.#waiting.add(expire);
    return () => void this.#waiting.delete(expire);
  }

  /** The work, or a rejection as timed out if that comes first. */
  async within<T>(work: Promise<T>): Promise<T> {
    this.requireTime();
    const { promise: expired, reject } = Promise.withResolvers<never>();
    const stop = this.onOver(reject);
    try {
      return await Promise.race([work, expired]);
    } finally {
      stop();
    }
  }

  /** Everything is answered. */
  cancel(): void {
    this.#timer?.cancel();
  }

  #expire(): void {
    this.#isOver = true;
    const error = brokerErrors.timedOut({ timeoutMs: this.#timeoutMs });
    for (const expire of this.#waiting) expire(error);
    this.#waiting.clear();
  }
}
