import type { SeededRandom } from "@millrace/testkit";

/** Bytes that lengths, counts and varints like to break at. */
const EDGES = [0, 1, 2, 3, 0x0f, 0x10, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff];
/** Numbers that announce more than there is. */
const HUGE: readonly (readonly number[])[] = [
  [0x7f, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0x80, 0x00, 0x00, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x00, 0x0f, 0x42, 0x40],
  [0x06, 0x40, 0x00, 0x00],
];
const CHANGES_MAX = 5;
const STRETCH_MAX = 24;
const MARGIN = 32;
const AROUND = 0x55;

/**
 * One to five changes of a corpus entry: a byte set to an edge or at random, a bit flipped, a number that says "huge", a stretch cut out, doubled, or taken from
 * another entry, the end cut off. The result lies in the middle of a larger buffer, so that reading outside of it is possible, and seen by what is read.
 */
export function mutate(corpus: readonly Uint8Array[], entry: number, random: SeededRandom): Uint8Array {
  const original = corpus[entry] ?? new Uint8Array(0);
  const around = new Uint8Array(original.length + (CHANGES_MAX + 1) * STRETCH_MAX + 2 * MARGIN).fill(AROUND);
  around.set(original, MARGIN);
  let length = original.length;
  for (let change = random.integer(CHANGES_MAX); change >= 0 && length > 0; change--) length = changed({ around, length, corpus, random });
  return around.subarray(MARGIN, MARGIN + length);
}

interface Draft {
  readonly around: Uint8Array;
  readonly length: number;
  readonly corpus: readonly Uint8Array[];
  readonly random: SeededRandom;
}

/** One change in place; returns the new length. */
function changed({ around, length, corpus, random }: Draft): number {
  const position = MARGIN + random.integer(length);
  const end = MARGIN + length;
  const stretch = 1 + random.integer(Math.min(STRETCH_MAX, end - position));
  switch (random.integer(9)) {
    case 0:
    case 1:
      around[position] = EDGES[random.integer(EDGES.length)] ?? 0;
      return length;
    case 2:
      around[position] = random.integer(256);
      return length;
    case 3:
      around[position] = (around[position] ?? 0) ^ (1 << random.integer(8));
      return length;
    case 4: {
      const huge = HUGE[random.integer(HUGE.length)] ?? [];
      for (let i = 0; i < huge.length && position + i < end; i++) around[position + i] = huge[i] ?? 0;
      return length;
    }
    case 5:
      around.copyWithin(position, position + stretch, end);
      return length - stretch;
    case 6:
      around.copyWithin(position + stretch, position, end);
      return length + stretch;
    case 7: {
      const other = corpus[random.integer(corpus.length)] ?? new Uint8Array(0);
      const from = random.integer(Math.max(1, other.length));
      around.set(other.subarray(from, Math.min(other.length, from + stretch)), position);
      return length;
    }
    default:
      return position - MARGIN;
  }
}
