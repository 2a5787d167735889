import type { AppError } from "@millrace/model";
import type { Clock, Timer } from "@millrace/ports";
import { brokerErrors } from "../errors.ts";

/** What can be answered as late; nothing once it is answered. */
export interface Lateable {
  giveUp(error: AppError): void;
}

/** When a produce request is answered at the latest, one for all of its partitions: those that are not as durable as asked by then are answered as timed out, the others as they are. */
export class ProduceDeadline {
  readonly #timer: Timer | undefined;
  readonly #timeoutMs: number;
  /** Of the request's partitions: those that are answered hear it for nothing. */
  readonly #waiting: Lateable[] = [];
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

  /** Has it given up when it is over. */
  limit(work: Lateable): void {
    this.#waiting.push(work);
  }

  /** The work, or a rejection as timed out if that comes first. */
  async within<T>(work: Promise<T>): Promise<T> {
    this.requireTime();
    const { promise: expired, reject } = Promise.withResolvers<never>();
    this.limit({ giveUp: reject });
    return Promise.race([work, expired]);
  }

  /** Everything is answered. */
  cancel(): void {
    this.#timer?.cancel();
  }

  #expire(): void {
    this.#isOver = true;
    const error = brokerErrors.timedOut({ timeoutMs: this.#timeoutMs });
    for (const work of this.#waiting.splice(0)) work.giveUp(error);
  }
}
