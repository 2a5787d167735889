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
  let bytes = [...(corpus[entry] ?? [])];
  for (let change = random.integer(CHANGES_MAX); change >= 0 && bytes.length > 0; change--) bytes = changed(bytes, corpus, random);
  const around = new Uint8Array(bytes.length + 2 * MARGIN).fill(AROUND);
  around.set(bytes, MARGIN);
  return around.subarray(MARGIN, MARGIN + bytes.length);
}

function changed(bytes: number[], corpus: readonly Uint8Array[], random: SeededRandom): number[] {
  const position = random.integer(bytes.length);
  const stretch = 1 + random.integer(Math.min(STRETCH_MAX, bytes.length - position));
  switch (random.integer(9)) {
    case 0:
    case 1:
      bytes[position] = EDGES[random.integer(EDGES.length)] ?? 0;
      return bytes;
    case 2:
      bytes[position] = random.integer(256);
      return bytes;
    case 3:
      bytes[position] = (bytes[position] ?? 0) ^ (1 << random.integer(8));
      return bytes;
    case 4: {
      const huge = HUGE[random.integer(HUGE.length)] ?? [];
      for (let i = 0; i < huge.length && position + i < bytes.length; i++) bytes[position + i] = huge[i] ?? 0;
      return bytes;
    }
    case 5:
      return [...bytes.slice(0, position), ...bytes.slice(position + stretch)];
    case 6:
      return [...bytes.slice(0, position + stretch), ...bytes.slice(position)];
    case 7: {
      const other = corpus[random.integer(corpus.length)] ?? new Uint8Array(0);
      const from = random.integer(Math.max(1, other.length));
      return [...bytes.slice(0, position), ...other.subarray(from, from + stretch), ...bytes.slice(position + stretch)];
    }
    default:
      return bytes.slice(0, position);
  }
}
