import { decodeGroupRecord } from "@millrace/broker-node";
import { createBatchCursor, readRecords } from "@millrace/records";
import { NO_COMPRESSION } from "../world/no-compression.ts";
import type { BrokerHost } from "../world/cluster.ts";

const GROUP_LOG = "__consumer_offsets";
const FINDINGS_MAX = 3;

/** What a member has, and what it has not confirmed to have given up, by topic. */
type Held = ReadonlySet<string>;

/**
 * After a run: in no state that a group's log went through did two members of a group have one partition, where what is still to be given up counts as had (P6). Read from the disks, as
 * clients do not tell: a member that is cut off owns its partitions longer in its own eyes than in the group's.
 */
export function checkGroupOwners(hosts: readonly BrokerHost[]): string[] {
  const found = hosts.flatMap(({ disk: { model } }) =>
    model
      .list("")
      .filter(({ isFolder, name }) => isFolder && topicOf(model.readFile(`${name}/partition.json`)) === GROUP_LOG)
      .flatMap(({ name: folder }) => {
        const files = model.list(folder).filter(({ name }) => name.endsWith(".log"));
        return overlaps(files.map(({ name }) => model.readFile(`${folder}/${name}`) ?? new Uint8Array(0)));
      }),
  );
  return [...new Set(found)].slice(0, FINDINGS_MAX);
}

function overlaps(files: readonly Uint8Array[]): string[] {
  const groups = new Map<string, Map<string, Held>>();
  const found: string[] = [];
  for (const bytes of files) {
    const cursor = createBatchCursor(bytes);
    while (cursor.advance()) {
      if (cursor.view.isControl) continue;
      const changed = apply(cursor.view.subarray(), groups);
      // One batch is one step: what passes from one member to another within it is with one of them before and after.
      for (const group of changed) found.push(...overlapsIn(group, groups.get(group), cursor.view.baseOffset));
    }
  }
  return found;
}

/** The groups whose members the batch changes. */
function apply(batch: Uint8Array, groups: Map<string, Map<string, Held>>): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const stored of readRecords(batch, { codecs: NO_COMPRESSION })) {
    const record = decodeGroupRecord(stored);
    if (record?.kind !== "consumerMember") continue;
    const { group, memberId, member } = record;
    const members = groups.get(group) ?? new Map<string, Held>();
    groups.set(group, members);
    if (member === undefined) members.delete(memberId);
    else members.set(memberId, new Set([member.assigned, member.revoking].flatMap(keysOf)));
    changed.add(group);
  }
  return changed;
}

function overlapsIn(group: string, members: ReadonlyMap<string, Held> | undefined, offset: number): string[] {
  const owners = new Map<string, string>();
  const found: string[] = [];
  for (const [memberId, held] of members ?? [])
    for (const key of held) {
      const other = owners.get(key);
      if (other !== undefined)
        found.push(`owners overlap: ${key} of group ${group} is with ${other} and ${memberId}, at offset ${offset} of its log`);
      owners.set(key, memberId);
    }
  return found;
}

function keysOf(assignment: ReadonlyMap<string, readonly number[]>): string[] {
  return [...assignment].flatMap(([topic, partitions]) => partitions.map((partition) => `${topic}-${partition}`));
}

/** The file's first line; its checksum stands in the second. */
function topicOf(identity: Uint8Array | undefined): string | undefined {
  const [json = "{}"] = new TextDecoder().decode(identity).split("\n");
  return (JSON.parse(json === "" ? "{}" : json) as { readonly topic?: string }).topic;
}
