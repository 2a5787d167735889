/** What a server must be set to, so that a write it acknowledged is not lost (reliability S1), and why. */
const REQUIRED: readonly { readonly name: string; readonly value: string }[] = [
  { name: "appendonly", value: "yes" }, // without it a crash loses everything since the last snapshot
  { name: "appendfsync", value: "always" }, // "everysec" loses a second
  { name: "no-appendfsync-on-rewrite", value: "no" }, // "yes" stops syncing while the file is rewritten
  { name: "maxmemory-policy", value: "noeviction" }, // anything else drops entries when memory is short
];

export const CHECKED_SETTINGS: readonly string[] = REQUIRED.map(({ name }) => name);

export interface UnsafeSetting {
  readonly found: string;
  /** The command that puts it right; the same words without CONFIG SET belong into redis.conf. */
  readonly fix: string;
}

/** The settings that would lose acknowledged writes. */
export function unsafeSettings(found: ReadonlyMap<string, string>): readonly UnsafeSetting[] {
  return REQUIRED.filter(({ name, value }) => found.get(name) !== value).map(({ name, value }) => ({
    found: `${name} ${found.get(name) ?? "(unknown)"}`,
    fix: `CONFIG SET ${name} ${value}`,
  }));
}
