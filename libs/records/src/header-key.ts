const CACHED_KEYS_MAX = 256; // an application has a handful of header names; more than this are data, and not worth memory
const CACHED_KEY_LENGTH_MAX = 128;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const encoded = new Map<string, Uint8Array>();

/** UTF-8 of a header key. The same few names come with each record, so they are encoded once. */
export function encodedHeaderKey(key: string): Uint8Array {
  const known = encoded.get(key);
  if (known !== undefined) return known;
  const bytes = encoder.encode(key);
  if (encoded.size < CACHED_KEYS_MAX && key.length <= CACHED_KEY_LENGTH_MAX) encoded.set(key, bytes);
  return bytes;
}

/** Text of a header key; bytes that are not UTF-8 become U+FFFD, as in Kafka's own client. */
export function decodedHeaderKey(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
