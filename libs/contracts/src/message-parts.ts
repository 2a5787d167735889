/** Bytes of a protobuf message, in pieces: fields may stand in any order. */
export type Parts = readonly Uint8Array[];

/** A length-delimited field with these parts as its content. */
export function nested(field: number, parts: Parts): Parts {
  return [tagAndLength(field, byteLength(parts)), ...parts];
}

const LENGTH_DELIMITED = 2; // wire type

function tagAndLength(field: number, length: number): Uint8Array {
  const bytes = [(field << 3) | LENGTH_DELIMITED];
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function byteLength(parts: Parts): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** One piece of memory, of exactly the right size. */
export function joined(parts: Parts): Uint8Array {
  const whole = new Uint8Array(byteLength(parts));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
