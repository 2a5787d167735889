import type { Admin, Client } from "@millrace/client";
import type { Topic } from "@millrace/contracts";
import { RESTORE_OF_CONFIG } from "@millrace/model";
import { backupErrors } from "../errors.ts";
import type { Manifest, SavedTopic } from "../manifest.ts";
import { restoredEnd } from "./restore-partition.ts";

/** What the cluster has of the backup: a restore that was killed left it. */
export interface RestoreTarget {
  /** Producer ids of the backup are moved up by it. */
  readonly producerIdBase: number;
  /** Exist, and wait for the rest of their records. */
  readonly begun: ReadonlySet<string>;
  /** Are done with. */
  readonly finished: ReadonlySet<string>;
}

/** What names a restore in the setting of its topics; its producer ids must stay the same over all of it. */
export function restoreName({ backupId, number }: Manifest, producerIdBase: number): string {
  return `${backupId}/${number}/${producerIdBase}`;
}

/**
 * Looks at the cluster, and refuses one that is not empty unless told. Topics that carry the name of this backup are of a restore that did not finish: then others
 * of the same name and length are what it has finished.
 */
export async function openTarget(
  manifest: Manifest,
  of: { readonly topics: readonly SavedTopic[]; readonly mayBeUsed: boolean; readonly withJobs: boolean },
  client: Client,
): Promise<RestoreTarget> {
  const admin = client.admin();
  const existing = await admin.listTopics({ includeInternal: true });
  const prefix = restoreName(manifest, 0).slice(0, -1);
  const restoring = existing.filter(({ configs }) => (configs[RESTORE_OF_CONFIG] ?? "").startsWith(prefix));
  const [first] = restoring;
  if (first === undefined && !of.mayBeUsed) await assertEmpty(existing, admin);
  const begun = new Set(restoring.map(({ name }) => name));
  const finished = new Set<string>();
  for (const saved of of.topics) {
    const found = existing.find(({ name }) => name === saved.name);
    if (found === undefined || begun.has(saved.name)) continue;
    if (first === undefined || !(await isRestored(saved, found, client))) throw backupErrors.targetExists({ topic: saved.name });
    finished.add(saved.name);
  }
  const producerIdBase =
    first === undefined ? await reserve(of.topics, admin) : Number((first.configs[RESTORE_OF_CONFIG] ?? "").slice(prefix.length));
  return { producerIdBase, begun, finished };
}

/** One more than the ids of the backup: of the batches that fill gaps. */
export function producerIdsOf(topics: readonly SavedTopic[]): number {
  return Math.max(0, ...topics.flatMap(({ partitions }) => partitions.map(({ producerIdEnd }) => producerIdEnd)));
}

function reserve(topics: readonly SavedTopic[], admin: Admin): Promise<number> {
  return admin.reserveProducerIds(producerIdsOf(topics) + 1);
}

async function assertEmpty(existing: readonly Topic[], admin: Admin): Promise<void> {
  const topic = existing.find(({ internal }) => !internal)?.name;
  if (topic !== undefined) throw backupErrors.targetNotEmpty({ topic });
  const [group] = await admin.listGroups();
  if (group !== undefined) throw backupErrors.targetNotEmpty({ group: group.groupId });
  const [job] = await admin.listJobs();
  if (job !== undefined) throw backupErrors.targetNotEmpty({ job: job.name });
}

async function isRestored(saved: SavedTopic, found: Topic, client: Client): Promise<boolean> {
  if (found.partitions.length !== saved.partitions.length) return false;
  const ends = await client.listOffsets(
    saved.partitions.map(({ partition }) => ({ topic: saved.name, partition, at: "latest" as const })),
    "uncommitted",
  );
  const expected = new Map(saved.partitions.map((partition) => [partition.partition, restoredEnd(partition)]));
  return ends.every(({ partition, offset }) => offset >= (expected.get(partition) ?? Infinity));
}
