import { canonicalKey, type CanonicalKey, compositeText } from "@millrace/model";

/** A key's timer. */
export interface Timer {
  readonly timeMs: number;
  readonly canonical: CanonicalKey;
  readonly key: unknown;
}

/**
 * Timers of keys in order of time: (time, key) is the identity, setting one twice is one. Finding what is due costs by what is due, not by what waits. Timers
 * of one time come in order of their keys' bytes, so that the order does not depend on who set them first.
 */
export class TimerIndex {
  /** Keys by time; times in `#heap` without keys here were deleted. */
  readonly #byTime = new Map<number, Map<CanonicalKey, unknown>>();
  readonly #heap: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  set(timeMs: number, canonical: CanonicalKey, key: unknown): void {
    let keys = this.#byTime.get(timeMs);
    if (keys === undefined) {
      this.#byTime.set(timeMs, (keys = new Map<CanonicalKey, unknown>()));
      pushHeap(this.#heap, timeMs);
    }
    if (!keys.has(canonical)) this.#size++;
    keys.set(canonical, key);
  }

  delete(timeMs: number, canonical: CanonicalKey): boolean {
    const deleted = this.#byTime.get(timeMs)?.delete(canonical) === true;
    if (deleted) this.#size--;
    return deleted;
  }

  has(timeMs: number, canonical: CanonicalKey): boolean {
    return this.#byTime.get(timeMs)?.has(canonical) === true;
  }

  /** Takes all timers with time ≤ until (or < until, if `strict`) out, in order of (time, key bytes). */
  takeDue(untilMs: number, strict = false): readonly Timer[] {
    const due: Timer[] = [];
    for (let first = this.#heap[0]; first !== undefined && (strict ? first < untilMs : first <= untilMs); first = this.#heap[0]) {
      popHeap(this.#heap);
      const keys = this.#byTime.get(first);
      this.#byTime.delete(first);
      if (keys === undefined) continue;
      this.#size -= keys.size;
      const sorted = Array.from(keys, ([canonical, key]) => ({ timeMs: first, canonical, key, text: compositeText(key) }));
      sorted.sort((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0));
      due.push(...sorted.map(({ timeMs, canonical, key }) => ({ timeMs, canonical, key })));
    }
    return due;
  }

  save(): readonly [times: readonly number[], keys: readonly unknown[]] {
    const timers = Array.from(this.#byTime).flatMap(([time, keys]) => Array.from(keys.values(), (key) => ({ time, key })));
    return [timers.map(({ time }) => time), timers.map(({ key }) => key)];
  }

  load(times: readonly number[], keys: readonly unknown[]): void {
    for (const [index, time] of times.entries()) this.set(time, canonicalKey(keys[index]), keys[index]);
  }
}

/** Binary heap, least first. */
function pushHeap(heap: number[], value: number): void {
  let index = heap.push(value) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] ?? -Infinity;
    if (above <= value) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = value;
}

function popHeap(heap: number[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && (heap[right] ?? Infinity) < (heap[left] ?? Infinity) ? right : left;
    const below = heap[child] ?? Infinity;
    if (below >= last) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}
