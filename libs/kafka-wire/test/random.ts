/** mulberry32: a number sequence below a bound, from a seed, so that a failure can be run again. */
export function createRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** Bytes that lengths, counts and varints like to break at. */
const EDGES = [0, 1, 2, 3, 0x0f, 0x10, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff];

/** A changed copy in the middle of a larger buffer, so that reading outside of it is possible, and seen. */
export interface MutatedFrame {
  readonly frame: Uint8Array;
  readonly around: Uint8Array;
}

const MARGIN = 32;

/** One to four changes: a byte set to an edge or at random, a bit flipped, four bytes that say "huge", a stretch cut out or doubled, the end cut off. */
export function mutated(original: Uint8Array, random: (bound: number) => number): MutatedFrame {
  const around = new Uint8Array(original.length * 2 + 2 * MARGIN + 64).fill(0x55);
  around.set(original, MARGIN);
  let length = original.length;
  for (let change = random(4); change >= 0 && length > 0; change--) {
    const position = MARGIN + random(length);
    const end = MARGIN + length;
    const stretch = Math.min(random(16) + 1, end - position);
    switch (random(8)) {
      case 0:
      case 1:
        around[position] = EDGES[random(EDGES.length)] ?? 0;
        break;
      case 2:
        around[position] = random(256);
        break;
      case 3:
        around[position] = (around[position] ?? 0) ^ (1 << random(8));
        break;
      case 4:
        for (let index = position; index < Math.min(position + 4, end); index++) around[index] = index === position ? 0x7f : 0xff;
        break;
      case 5:
        around.copyWithin(position, position + stretch, end);
        length -= stretch;
        break;
      case 6:
        around.copyWithin(position + stretch, position, end);
        length += stretch;
        break;
      default:
        length = position - MARGIN;
    }
  }
  return { frame: around.subarray(MARGIN, MARGIN + length), around };
}
