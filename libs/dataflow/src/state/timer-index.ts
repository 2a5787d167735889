import { canonicalKey, type CanonicalKey, compositeText } from "@millrace/model";
import { TIMER_OVERHEAD_BYTES, WALK_ENTRIES } from "../limits.ts";
import type { Spillable, StateMemory } from "./state-memory.ts";
import { numberOf, SPACE, spaceStart, timerKey } from "./store-keys.ts";

/** A key's timer. */
export interface Timer {
  readonly timeMs: number;
  readonly canonical: CanonicalKey;
  readonly key: unknown;
}

/**
 * Timers of keys in order of time: (time, key) is the identity, setting one twice is one. Finding what is due costs by what is due, not by what waits. Timers
 * of one time come in order of their keys' bytes, so that the order does not depend on who set them first. Beyond the memory budget those that are due last wait in
 * the store. Not saved: who sets timers knows them from what it saves.
 */
export class TimerIndex implements Spillable {
  readonly #memory: StateMemory;
  readonly #id: number;
  /** Keys by time; times in `#heap` without keys here were deleted. */
  readonly #byTime = new Map<number, Map<CanonicalKey, unknown>>();
  #heap: number[] = [];
  #hotSize = 0;
  #coldSize = 0;
  /** Timers of this time and later are in the store. */
  #coldFromMs = Infinity;
  /** Timers set for what is being taken wait for the next time. */
  #takingUntilMs = -Infinity;
  #postponed: Timer[] = [];

  constructor(memory: StateMemory) {
    this.#memory = memory;
    this.#id = memory.join(this);
  }

  get size(): number {
    return this.#hotSize + this.#coldSize + this.#postponed.length;
  }

  get memoryBytes(): number {
    return this.#hotSize * TIMER_OVERHEAD_BYTES;
  }

  set(timeMs: number, canonical: CanonicalKey, key: unknown): void {
    if (timeMs <= this.#takingUntilMs) {
      this.#postponed.push({ timeMs, canonical, key });
      return;
    }
    if (timeMs >= this.#coldFromMs) this.#setCold(timeMs, canonical, key);
    else this.#setHot(timeMs, canonical, key);
  }

  #setHot(timeMs: number, canonical: CanonicalKey, key: unknown): void {
    let keys = this.#byTime.get(timeMs);
    if (keys === undefined) {
      this.#byTime.set(timeMs, (keys = new Map<CanonicalKey, unknown>()));
      pushHeap(this.#heap, timeMs);
    }
    if (!keys.has(canonical)) this.#hotSize++;
    keys.set(canonical, key);
  }

  #setCold(timeMs: number, canonical: CanonicalKey, key: unknown): void {
    const { store, codec } = this.#memory;
    const place = this.#place(timeMs, canonical);
    if (store?.get(place) === undefined) this.#coldSize++;
    store?.put(place, codec.encode(key));
  }

  delete(timeMs: number, canonical: CanonicalKey): boolean {
    const postponed = this.#postponed.findIndex((timer) => timer.timeMs === timeMs && timer.canonical === canonical);
    if (postponed >= 0) this.#postponed.splice(postponed, 1);
    if (timeMs < this.#coldFromMs) {
      const deleted = this.#byTime.get(timeMs)?.delete(canonical) === true;
      if (deleted) this.#hotSize--;
      return deleted || postponed >= 0;
    }
    const place = this.#place(timeMs, canonical);
    const known = this.#memory.store?.get(place) !== undefined;
    if (known) this.#coldSize--;
    if (known) this.#memory.store.remove(place);
    return known || postponed >= 0;
  }

  /**
   * Takes all timers with time ≤ until (or < until, if `strict`) out, in order of (time, key bytes). To be walked through to its end; what is set meanwhile for a
   * time that is being taken waits for the next call, what is deleted meanwhile does not come.
   */
  *takeDue(untilMs: number, strict = false): Generator<Timer, void, undefined> {
    const isDue = (timeMs: number): boolean => (strict ? timeMs < untilMs : timeMs <= untilMs);
    this.#takingUntilMs = untilMs;
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first >= this.#coldFromMs) {
        if (!isDue(this.#coldFromMs) || this.#coldSize === 0) break;
        this.#refill();
        continue;
      }
      if (!isDue(first)) break;
      popHeap(this.#heap);
      yield* this.#takeTime(first);
    }
    this.#takingUntilMs = -Infinity;
    for (const { timeMs, canonical, key } of this.#postponed.splice(0)) this.set(timeMs, canonical, key);
  }

  *#takeTime(timeMs: number): Generator<Timer, void, undefined> {
    const keys = this.#byTime.get(timeMs);
    if (keys === undefined) return;
    const sorted = Array.from(keys, ([canonical, key]) => ({ timeMs, canonical, key, text: compositeText(key) }));
    sorted.sort((left, right) => (left.text < right.text ? -1 : left.text > right.text ? 1 : 0));
    for (const { canonical, key } of sorted) {
      if (!keys.delete(canonical)) continue;
      this.#hotSize--;
      yield { timeMs, canonical, key };
    }
    this.#byTime.delete(timeMs);
  }

  /** Brings the next times back from the store; all timers of one time come together. */
  #refill(): void {
    const { store, codec } = this.#memory;
    let count = 0;
    let last = NaN;
    for (const [place, bytes] of store?.range(spaceStart(this.#id, SPACE.timers), spaceStart(this.#id, SPACE.end)) ?? []) {
      const timeMs = numberOf(place);
      if (count >= WALK_ENTRIES && timeMs !== last) {
        this.#coldFromMs = timeMs;
        return;
      }
      const key = codec.decode(bytes);
      this.#setHot(timeMs, canonicalKey(key), key);
      store?.remove(place);
      this.#coldSize--;
      count++;
      last = timeMs;
    }
    this.#coldFromMs = Infinity;
  }

  spill(bytesMax: number): void {
    let left = Math.floor(bytesMax / TIMER_OVERHEAD_BYTES);
    const times = Array.from(this.#byTime.keys()).sort((first, second) => first - second);
    const kept = times.findIndex((timeMs) => (left -= this.#byTime.get(timeMs)?.size ?? 0) < 0);
    const moved = kept < 0 ? [] : times.slice(kept);
    if (moved[0] === undefined) return;
    this.#coldFromMs = Math.min(this.#coldFromMs, moved[0]);
    for (const timeMs of moved) {
      for (const [canonical, key] of this.#byTime.get(timeMs) ?? []) {
        this.#setCold(timeMs, canonical, key);
        this.#hotSize--;
      }
      this.#byTime.delete(timeMs);
    }
    this.#heap = [];
    for (const timeMs of this.#byTime.keys()) pushHeap(this.#heap, timeMs);
  }

  #place(timeMs: number, canonical: CanonicalKey): Uint8Array {
    return timerKey(this.#id, timeMs, canonical, this.#memory.store?.keyBytesMax ?? Infinity);
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
