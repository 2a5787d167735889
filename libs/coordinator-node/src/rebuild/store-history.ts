import type { Change, CoordinationStore } from "@millrace/ports";

const VERSION_KEY = "metadata-version";
const FORMER_KEY = "former-generations";

/** What the store keeps of its own past. */
export interface StoreHistory {
  readonly metadataVersion: number | undefined;
  readonly formerGenerations: readonly string[];
}

export async function readHistory(store: Pick<CoordinationStore, "read">): Promise<StoreHistory> {
  const [version, former] = await Promise.all([store.read(VERSION_KEY), store.read(FORMER_KEY)]);
  return {
    metadataVersion: version === undefined ? undefined : (decode(version.value) as number),
    formerGenerations: former === undefined ? [] : (decode(former.value) as string[]),
  };
}

/** Goes with each change of the metadata, so that a store which lost the change has an older version than brokers have seen. */
export function versionChange(metadataVersion: number): Change {
  return { key: VERSION_KEY, expect: "any", value: encode(metadataVersion) };
}

export function formerGenerationsChange(generations: readonly string[]): Change {
  return { key: FORMER_KEY, expect: "any", value: encode(generations) };
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decode(value: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(value)) as unknown;
}
