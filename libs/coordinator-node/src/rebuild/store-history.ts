import type { Change, CoordinationStore } from "@millrace/ports";
import { TERM_ENDS_MAX } from "../limits.ts";
import { type LostCluster, termOf } from "./lost-store.ts";

/** Of the metadata version that each change of the metadata writes. */
export const VERSION_KEY = "metadata-version";
const FORMER_KEY = "former-generations";
const ENDS_KEY = "term-ends";
const LOST_KEY = "store-lost";

/** What the store keeps of its own past. */
export interface StoreHistory {
  readonly metadataVersion: number | undefined;
  /** Store's own version of that entry; 0: there is none. */
  readonly versionOfEntry: number;
  readonly formerGenerations: readonly string[];
  /** Last metadata version of each earlier term that changed something, as the term after it found it; oldest first, the newest ones. */
  readonly termEnds: readonly number[];
}

export async function readHistory(store: Pick<CoordinationStore, "read">): Promise<StoreHistory> {
  const [version, former, ends] = await Promise.all([store.read(VERSION_KEY), store.read(FORMER_KEY), store.read(ENDS_KEY)]);
  return {
    metadataVersion: version === undefined ? undefined : (decode(version.value) as number),
    versionOfEntry: version?.version ?? 0,
    formerGenerations: former === undefined ? [] : (decode(former.value) as string[]),
    termEnds: ends === undefined ? [] : (decode(ends.value) as number[]),
  };
}

/** How terms ended, with the one before this: written before this one changes anything, so that what a broker has seen of an earlier term can be told from what the store has of it. */
export function termEndsAfter({ metadataVersion, termEnds }: Pick<StoreHistory, "metadataVersion" | "termEnds">): readonly number[] {
  const last = termEnds.at(-1);
  if (metadataVersion === undefined || (last !== undefined && termOf(last) >= termOf(metadataVersion))) return termEnds;
  return [...termEnds, metadataVersion].slice(-TERM_ENDS_MAX);
}

export function termEndsChange(termEnds: readonly number[]): Change {
  return { key: ENDS_KEY, expect: "any", value: termEnds.length === 0 ? undefined : encode(termEnds) };
}

/** A loss that a broker proved, for whoever leads next: the broker may not come a second time. */
export function lostChange(lost: LostCluster | undefined): Change {
  return { key: LOST_KEY, expect: "any", value: lost === undefined ? undefined : encode(lost) };
}

export async function readLost(store: Pick<CoordinationStore, "read">): Promise<LostCluster | undefined> {
  const entry = await store.read(LOST_KEY);
  return entry === undefined ? undefined : (decode(entry.value) as LostCluster);
}

/**
 * Goes with each change of the metadata, so that a store which lost the change has an older version than brokers have seen. Within a term it is a compare-and-set: the first
 * change after a loss finds it, whatever it changes, and no version is given to two states.
 */
export function versionChange(metadataVersion: number, expect: Change["expect"] = "any"): Change {
  return { key: VERSION_KEY, expect, value: encode(metadataVersion) };
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
