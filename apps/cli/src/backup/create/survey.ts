import type { Client, ExportedJob } from "@millrace/client";
import type { Topic } from "@millrace/contracts";
import { AppError, CHECKPOINTS_TOPIC, SINK_MARKS_TOPIC, topicPartitionKey } from "@millrace/model";
import { type Clock, type Random, sleep } from "@millrace/ports";
import { backupErrors } from "../errors.ts";
import { inParallel } from "../in-parallel.ts";
import { GROUPS_AT_ONCE, SURVEY_ATTEMPTS_MAX, SURVEY_RETRY_MS, TRANSACTION_HOLD_MS } from "../limits.ts";

/** An offset of a group; never beyond the records that are saved. */
export interface SavedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

export interface SavedGroup {
  readonly groupId: string;
  readonly offsets: readonly SavedOffset[];
}

/** The cluster at one moment: what a backup is a backup of. */
export interface Survey {
  readonly topics: readonly Topic[];
  /** By topic and partition. */
  readonly ends: ReadonlyMap<string, number>;
  readonly starts: ReadonlyMap<string, number>;
  readonly groups: readonly SavedGroup[];
  readonly jobs: readonly ExportedJob[];
  readonly takenAtMs: number;
  readonly heldMs: number;
}

export interface SurveyPorts {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
}

/** What jobs need of the cluster's own topics; offsets and transactions are saved by their meaning instead. */
const TOPICS_OF_JOBS: readonly string[] = [SINK_MARKS_TOPIC, CHECKPOINTS_TOPIC];

/**
 * Looks at everything while no transaction is being decided. Order matters: jobs first, then offsets of groups, then the ends of logs; so nothing that is saved refers
 * to records beyond these ends, and a committed transaction is below them in all its partitions.
 */
export async function takeSurvey(
  { wanted, backupId }: { readonly wanted: readonly string[] | undefined; readonly backupId: string },
  ports: SurveyPorts,
): Promise<Survey> {
  // The folder's own name: what a killed backup still holds is the next one's to take over, and to release.
  const holder = `backup-${backupId}`;
  for (let attempt = 1; ; attempt++) {
    const topics = await findTopics(wanted, ports.client);
    try {
      const { clock } = ports;
      const fromMs = clock.monotonicMs();
      const found = await ports.client
        .admin()
        .withTransactionsHeld({ holder, ttlMs: TRANSACTION_HOLD_MS }, () => look(topics, { withJobs: wanted === undefined }, ports));
      return { ...found, heldMs: Math.round(clock.monotonicMs() - fromMs) };
    } catch (error) {
      if (!isUnsettled(error) || attempt >= SURVEY_ATTEMPTS_MAX) throw error;
    }
    await sleep(ports.clock, SURVEY_RETRY_MS * attempt);
  }
}

async function findTopics(wanted: readonly string[] | undefined, client: Client): Promise<readonly Topic[]> {
  const all = await client.admin().listTopics({ includeInternal: true });
  if (wanted === undefined) return all.filter(({ name, internal }) => !internal || TOPICS_OF_JOBS.includes(name));
  return wanted.map((name) => {
    const topic = all.find((candidate) => candidate.name === name && !candidate.internal);
    if (topic === undefined) throw backupErrors.unknownTopic({ topic: name });
    return topic;
  });
}

async function look(
  topics: readonly Topic[],
  { withJobs }: { readonly withJobs: boolean },
  { client, clock }: SurveyPorts,
): Promise<Omit<Survey, "heldMs">> {
  const admin = client.admin();
  const jobs: ExportedJob[] = [];
  if (withJobs) for await (const job of admin.exportJobs()) jobs.push(job);
  const groups = await lookAtGroups(client);
  const all = topics.flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })));
  const [latest, earliest] = await Promise.all([
    client.listOffsets(
      all.map((each) => ({ ...each, at: "latest" as const })),
      "uncommitted",
    ),
    client.listOffsets(
      all.map((each) => ({ ...each, at: "earliest" as const })),
      "uncommitted",
    ),
  ]);
  const byPartition = (offsets: typeof latest): Map<string, number> =>
    new Map(offsets.map(({ topic, partition, offset }) => [topicPartitionKey(topic, partition), offset]));
  const ends = byPartition(latest);
  return { topics, ends, starts: byPartition(earliest), groups: withinEnds(groups, ends), jobs, takenAtMs: clock.wallMs() };
}

async function lookAtGroups(client: Client): Promise<readonly SavedGroup[]> {
  const admin = client.admin();
  const listed = await admin.listGroups();
  const groups: SavedGroup[] = [];
  await inParallel(listed, GROUPS_AT_ONCE, async ({ groupId }) => {
    const offsets = await admin.groupOffsets(groupId);
    groups.push({
      groupId,
      offsets: offsets
        .filter(({ offset }) => offset >= 0)
        .map(({ topic, partition, offset, metadata }) => ({ topic, partition, offset, metadata })),
    });
  });
  return groups.sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
}

/** Of partitions that are saved, and not beyond what is: a group may commit any number. */
function withinEnds(groups: readonly SavedGroup[], ends: ReadonlyMap<string, number>): readonly SavedGroup[] {
  return groups.flatMap(({ groupId, offsets }) => {
    const kept = offsets.flatMap((saved) => {
      const end = ends.get(topicPartitionKey(saved.topic, saved.partition));
      return end === undefined ? [] : [{ ...saved, offset: Math.min(saved.offset, end) }];
    });
    return kept.length === 0 ? [] : [{ groupId, offsets: kept }];
  });
}

function isUnsettled(error: unknown): boolean {
  return error instanceof AppError && (error.code === "transactions-unsettled" || error.code === "transactions-held");
}
