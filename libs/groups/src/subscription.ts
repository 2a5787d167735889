import { ByteReader } from "./bytes.ts";

/**
 * Topics of a subscription of protocol type `consumer` (version int16, topics [string], …); undefined when the bytes are something else. The only look
 * that the coordinator takes into what clients tell each other: it needs the topics to refuse the deletion of offsets in use, and to see whether a static
 * member came back with what it had.
 */
export function topicsOfSubscription(metadata: Uint8Array): readonly string[] | undefined {
  try {
    const reader = new ByteReader(metadata);
    if (reader.int16() < 0) return undefined;
    return reader.array(() => reader.string());
  } catch {
    return undefined; // not ours to judge: another client's own format
  }
}
