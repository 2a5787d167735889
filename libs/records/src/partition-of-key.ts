const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** Kafka's murmur2 of the bytes, as a signed 32-bit number: all clients must agree on it, or a key moves between partitions. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const wholeEnd = length & ~3;
  let hash = SEED ^ length;
  for (let i = 0; i < wholeEnd; i += 4) {
    const word = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24);
    const mixed = Math.imul(word, M);
    hash = Math.imul(hash, M) ^ Math.imul(mixed ^ (mixed >>> 24), M);
  }
  if (wholeEnd < length) {
    const tail = (bytes[wholeEnd] ?? 0) | ((bytes[wholeEnd + 1] ?? 0) << 8) | ((bytes[wholeEnd + 2] ?? 0) << 16);
    hash = Math.imul(hash ^ tail, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/** Partition of a key as Kafka's default partitioner chooses it: (murmur2 & 0x7fffffff) mod count. */
export function partitionOfKey(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount;
}
