/** Something that happens at a time; those of one time happen in the order in which they were planned. */
export interface Planned {
  timeMs: number;
  sequence: number;
}

/** A binary heap: the earliest first. */
export class EventHeap<E extends Planned> {
  readonly #items: E[] = [];

  get size(): number {
    return this.#items.length;
  }

  peek(): E | undefined {
    return this.#items[0];
  }

  push(item: E): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent];
      if (above === undefined || isBefore(above, item)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  pop(): E | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let smaller = items[child];
      if (smaller === undefined) break;
      const other = items[child + 1];
      if (other !== undefined && isBefore(other, smaller)) {
        smaller = other;
        child++;
      }
      if (isBefore(last, smaller)) break;
      items[at] = smaller;
      at = child;
    }
    items[at] = last;
    return first;
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.sequence < b.sequence);
}
