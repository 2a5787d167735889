import { assert } from "./assert.ts";
import { createDeferred, type Deferred } from "./deferred.ts";

/**
 * A first-in-first-out queue between one or more producers and one consumer, bounded by weight.
 * `push` waits while the queue is over its bound (back-pressure); a single item heavier than the bound passes when the queue is empty.
 */
export class BoundedQueue<T> implements AsyncIterable<T> {
  readonly #weightMax: number;
  readonly #weigh: (item: T) => number;
  readonly #items: T[] = [];
  readonly #waitingPushes: Deferred<void>[] = [];
  #weight = 0;
  #waitingTake: Deferred<void> | undefined;
  #ended = false;
  #failure: unknown;

  constructor(options: { weightMax: number; weigh?: (item: T) => number }) {
    assert(options.weightMax > 0, `queue bound must be positive weightMax=${options.weightMax}`);
    this.#weightMax = options.weightMax;
    this.#weigh = options.weigh ?? (() => 1);
  }

  get size(): number {
    return this.#items.length;
  }

  get weight(): number {
    return this.#weight;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Adds an item, waiting for room first. Returns false if the queue was ended meanwhile: the item was not taken. */
  async push(item: T): Promise<boolean> {
    while (!this.#ended && this.#items.length > 0 && this.#weight + this.#weigh(item) > this.#weightMax) {
      const room = createDeferred<void>();
      this.#waitingPushes.push(room);
      await room.promise;
    }
    return this.tryPush(item, { force: true });
  }

  /** Adds an item if there is room (or `force`); false when full or ended. */
  tryPush(item: T, options: { force?: boolean } = {}): boolean {
    if (this.#ended) return false;
    const weight = this.#weigh(item);
    if (options.force !== true && this.#items.length > 0 && this.#weight + weight > this.#weightMax) return false;
    this.#items.push(item);
    this.#weight += weight;
    this.#waitingTake?.resolve();
    return true;
  }

  /** No further items; those queued are still delivered, then iteration ends, or throws `failure` if given. */
  end(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#waitingTake?.resolve();
    for (const waiting of this.#waitingPushes.splice(0)) waiting.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#weight -= this.#weigh(item);
        this.#waitingPushes.shift()?.resolve();
        yield item;
      } else if (this.#ended) {
        if (this.#failure !== undefined) throw this.#failure as Error;
        return;
      } else {
        this.#waitingTake = createDeferred<void>();
        await this.#waitingTake.promise;
        this.#waitingTake = undefined;
      }
    }
  }
}
