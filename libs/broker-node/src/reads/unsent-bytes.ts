import type { Clock, KafkaConnection, Timer } from "@millrace/ports";
import { brokerErrors } from "../errors.ts";
import { UNREAD_MS_MAX, UNSENT_SHARE_BYTES_MIN, UNSENT_SHARES } from "../limits.ts";

/** One answer that its client has not taken. */
interface Holder {
  readonly bytes: number;
  readonly sinceMs: number;
  readonly connection: KafkaConnection;
}

/** What a fetch asks of the bound on unsent answers. */
export interface AnswerRoom {
  /** Bytes that the next answer may have; 0: none, wait for room. */
  share(): number;
  /** The answer has so many bytes, until it is sent. */
  hold(bytes: number): void;
  /** Calls once when there may be room again. Returns how to stop listening. */
  onRoom(wake: () => void): () => void;
}

/**
 * Bytes of fetch answers that clients have not taken yet, over all connections, against one bound. Each answer may have a part of what is free (the dynamic threshold
 * of switches with shared memory): the fuller it is the smaller the answers, so that a few who do not read leave room for others. When nothing is free, fetches wait,
 * and whoever has left an answer unread for longest is cut.
 */
export class UnsentBytes {
  readonly #bytesMax: number;
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #holders = new Set<Holder>();
  /** One per connection, longest waiting first. */
  readonly #waiting = new Set<() => void>();
  #bytes = 0;
  #timer: Timer | undefined;

  constructor(bytesMax: number, clock: Clock) {
    this.#bytesMax = bytesMax;
    this.#clock = clock;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The room for a connection's next answer. */
  of(connection: KafkaConnection): AnswerRoom {
    return {
      share: () => this.#share(),
      hold: (bytes) => this.#hold(bytes, connection),
      onRoom: (wake) => this.#onRoom(wake),
    };
  }

  #share(): number {
    const free = this.#bytesMax - this.#bytes;
    return free < UNSENT_SHARE_BYTES_MIN ? 0 : Math.max(UNSENT_SHARE_BYTES_MIN, Math.floor(free / UNSENT_SHARES));
  }

  #hold(bytes: number, connection: KafkaConnection): void {
    if (bytes === 0 || connection.afterSent === undefined) return;
    const holder: Holder = { bytes, sinceMs: this.#clock.monotonicMs(), connection };
    this.#holders.add(holder);
    this.#bytes += bytes;
    connection.afterSent(() => {
      this.#holders.delete(holder);
      this.#bytes -= bytes;
      this.#wake();
    });
  }

  #onRoom(wake: () => void): () => void {
    this.#waiting.add(wake);
    this.#watchOldest();
    return () => void this.#waiting.delete(wake);
  }

  /** No more than there is room for: the others stay in their order. */
  #wake(): void {
    let count = Math.floor((this.#bytesMax - this.#bytes) / UNSENT_SHARE_BYTES_MIN);
    for (const wake of this.#waiting) {
      if (count-- <= 0) return;
      this.#waiting.delete(wake);
      wake();
    }
  }

  #watchOldest(): void {
    const [oldest] = this.#holders;
    if (oldest === undefined || this.#timer !== undefined) return;
    const dueMs = oldest.sinceMs + UNREAD_MS_MAX - this.#clock.monotonicMs();
    this.#timer = this.#clock.setTimer(Math.max(0, dueMs), () => {
      this.#timer = undefined;
      if (this.#waiting.size === 0) return;
      const [candidate] = this.#holders;
      if (candidate !== undefined && this.#clock.monotonicMs() - candidate.sinceMs >= UNREAD_MS_MAX)
        candidate.connection.cut?.(brokerErrors.answerUnread({ unreadMs: UNREAD_MS_MAX, bytes: candidate.bytes }));
      // What was cut is told in a later turn; until then its age keeps it first, and it is looked at again.
      this.#watchOldest();
    });
  }
}
