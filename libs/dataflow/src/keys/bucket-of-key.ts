import { BUCKET_COUNT, type CanonicalKey, canonicalKey } from "@millrace/model";

/**
 * The bucket of a key: hash(key bytes) mod 720, the same in every process and for the life of a job's state (golden values in the spec).
 * Key bytes: one letter for the type (s, n, i, T, F, N; composite keys are strings that start with NUL), then the UTF-8 of the text form
 * (the shortest decimal of a number, 0 for -0). Hash: FNV-1a, 32 bits, then murmur3's finaliser, since FNV's low bits alone are weak.
 */
export function bucketOfKey(key: unknown): number {
  return bucketOfCanonicalKey(canonicalKey(key));
}

/** The same for a key in canonical form. */
export function bucketOfCanonicalKey(key: CanonicalKey): number {
  return hashOf(key) % BUCKET_COUNT;
}

/** The hash of a text's bucket, as a signed number. */
export function hashOfText(text: string): number {
  return finished(hashText(text, TEXT_START)) | 0;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function hashOf(key: CanonicalKey): number {
  switch (typeof key) {
    case "string":
      return finished(hashText(key, TEXT_START));
    case "number":
      return finished(hashText(key === 0 ? "0" : String(key), withByte(FNV_OFFSET, 0x6e)));
    case "bigint":
      return finished(hashText(String(key), withByte(FNV_OFFSET, 0x69)));
    case "boolean":
      return finished(withByte(FNV_OFFSET, key ? 0x54 : 0x46));
    default:
      return finished(withByte(FNV_OFFSET, 0x4e));
  }
}

/** FNV-1a after the letter of texts. */
const TEXT_START = Math.imul(FNV_OFFSET ^ 0x73, FNV_PRIME);

function withByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME);
}

/** FNV-1a over the UTF-8 of a text, without making the bytes. A lone surrogate counts as its own three bytes, so that it differs from others. */
function hashText(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      hash = Math.imul(hash ^ unit, FNV_PRIME);
    } else if (unit < 0x800) {
      hash = withByte(withByte(hash, 0xc0 | (unit >> 6)), 0x80 | (unit & 0x3f));
    } else {
      const point = text.codePointAt(index) ?? unit;
      if (point > 0xffff) {
        index++;
        hash = withByte(withByte(hash, 0xf0 | (point >> 18)), 0x80 | ((point >> 12) & 0x3f));
      } else {
        hash = withByte(hash, 0xe0 | (point >> 12));
      }
      hash = withByte(withByte(hash, 0x80 | ((point >> 6) & 0x3f)), 0x80 | (point & 0x3f));
    }
  }
  return hash;
}

function finished(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
