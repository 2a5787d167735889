import type { Change, CoordinationStore } from "@millrace/ports";
import { TERMS_KEPT_MAX } from "../limits.ts";
import { type LostCluster, termOf, type TermVersions, VERSIONS_PER_TERM } from "./lost-store.ts";

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
  /** Metadata versions of each earlier term, as the term after it found them; oldest first, the newest ones. */
  readonly terms: readonly TermVersions[];
}

export async function readHistory(store: Pick<CoordinationStore, "read">): Promise<StoreHistory> {
  const [version, former, ends] = await Promise.all([store.read(VERSION_KEY), store.read(FORMER_KEY), store.read(ENDS_KEY)]);
  return {
    metadataVersion: version === undefined ? undefined : (decode(version.value) as number),
    versionOfEntry: version?.version ?? 0,
    formerGenerations: former === undefined ? [] : (decode(former.value) as string[]),
    terms: ends === undefined ? [] : (decode(ends.value) as (TermVersions | number)[]).map(versionsOf),
  };
}

/** Before 0.2 a term was kept by its last version, and began with the least there can be. */
function versionsOf(stored: TermVersions | number): TermVersions {
  return typeof stored === "number" ? { begin: termOf(stored) * VERSIONS_PER_TERM, end: stored } : stored;
}

/** Terms up to now: the one before this ends with the version that is stored. */
export function termsAfter({ metadataVersion, terms }: Pick<StoreHistory, "metadataVersion" | "terms">): readonly TermVersions[] {
  const last = terms.at(-1);
  if (metadataVersion === undefined || (last !== undefined && termOf(last.begin) > termOf(metadataVersion))) return terms;
  if (last === undefined || termOf(last.begin) < termOf(metadataVersion))
    return [...terms, versionsOf(metadataVersion)].slice(-TERMS_KEPT_MAX);
  return terms.with(-1, { begin: last.begin, end: metadataVersion });
}

export function termsChange(terms: readonly TermVersions[]): Change {
  return { key: ENDS_KEY, expect: "any", value: terms.length === 0 ? undefined : encode(terms.slice(-TERMS_KEPT_MAX)) };
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
