import type { Client } from "@millrace/client";
import { RESTORE_OF_CONFIG } from "@millrace/model";
import type { Clock } from "@millrace/ports";
import { backupErrors } from "../errors.ts";
import { decodeGroup, decodeJobEntry, type SavedJobEntry } from "../format/entries.ts";
import { type FramePorts, readSealedFrames } from "../format/sealed-frames.ts";
import { inParallel } from "../in-parallel.ts";
import { IMPORT_BYTES_MAX, IMPORT_ENTRIES_MAX, PARTITIONS_AT_ONCE } from "../limits.ts";
import { findManifest, type Manifest, type SavedTopic } from "../manifest.ts";
import { restorePartition } from "./restore-partition.ts";
import { openTarget, producerIdsOf, restoreName, type RestoreTarget } from "./restore-target.ts";

export interface RestoreProgress {
  readonly phase: "topics" | "records" | "offsets" | "jobs" | "done";
  readonly partitions: number;
  readonly partitionsDone: number;
  readonly bytes: number;
  readonly bytesTotal: number;
  readonly records: number;
}

export interface RestoreOptions {
  /** undefined: the last. */
  readonly number?: number | undefined;
  /** undefined: all, with jobs. */
  readonly topics?: readonly string[] | undefined;
  /** Into a cluster that has something already. */
  readonly mayBeUsed?: boolean;
  /** undefined: as each topic had. */
  readonly replicationFactor?: number | undefined;
  readonly progress?: (progress: RestoreProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface RestorePorts extends FramePorts {
  readonly client: Client;
  readonly clock: Clock;
}

export interface RestoreResult {
  readonly number: number;
  readonly takenAtMs: number;
  readonly topics: number;
  readonly partitions: number;
  readonly records: number;
  readonly bytes: number;
  readonly groups: number;
  readonly offsets: number;
  readonly jobs: number;
  /** Transactions that were open when the backup was made. */
  readonly aborted: number;
}

/**
 * Brings a backup back into a cluster: topics that take nothing but their records, these, offsets of groups, and only then everybody's writes and the jobs. Killed at
 * any point, the same call goes on.
 */
export async function restoreBackup(options: RestoreOptions, ports: RestorePorts): Promise<RestoreResult> {
  const manifest = findManifest(options.number, ports);
  const topics = selected(manifest, options.topics);
  const withJobs = options.topics === undefined;
  const target = await openTarget(manifest, { topics, mayBeUsed: options.mayBeUsed === true, withJobs }, ports.client);
  const progress = new Progress(topics, options.progress);
  const name = restoreName(manifest, target.producerIdBase);
  for (const topic of topics) {
    options.signal?.throwIfAborted();
    if (!target.begun.has(topic.name) && !target.finished.has(topic.name)) await makeTopic(topic, name, { options, ports });
  }
  await restoreRecords(topics, { manifest, target, progress, signal: options.signal }, ports);
  progress.tell({ phase: "offsets" });
  const groups = await restoreGroups(manifest, new Set(topics.map((topic) => topic.name)), ports);
  await openTopics(
    topics.filter(({ internal }) => !internal),
    target,
    ports,
  );
  progress.tell({ phase: "jobs" });
  const jobs = withJobs ? await restoreJobs(manifest, ports) : 0;
  // Last: until every job is there, nothing that one of them needs may be cut.
  await openTopics(
    topics.filter(({ internal }) => internal),
    target,
    ports,
  );
  progress.tell({ phase: "done" });
  return { number: manifest.number, takenAtMs: manifest.takenAtMs, topics: topics.length, ...progress.total, ...groups, jobs };
}

function selected({ topics, number }: Manifest, wanted: readonly string[] | undefined): readonly SavedTopic[] {
  if (wanted === undefined) return topics;
  return wanted.map((name) => {
    const topic = topics.find((candidate) => candidate.name === name && !candidate.internal);
    if (topic === undefined) throw backupErrors.unknownTopic({ topic: name, backup: number });
    return topic;
  });
}

async function makeTopic(
  { name, configs, partitions, replicationFactor, internal }: SavedTopic,
  restoreOf: string,
  { options, ports }: { readonly options: RestoreOptions; readonly ports: RestorePorts },
): Promise<void> {
  const spec = { name, partitions: partitions.length, configs: { ...configs, [RESTORE_OF_CONFIG]: restoreOf } };
  const replicas = options.replicationFactor ?? replicationFactor;
  await ports.client.admin().createTopic(internal ? spec : { ...spec, replicationFactor: replicas });
}

async function restoreRecords(
  topics: readonly SavedTopic[],
  of: {
    readonly manifest: Manifest;
    readonly target: RestoreTarget;
    readonly progress: Progress;
    readonly signal: AbortSignal | undefined;
  },
  ports: RestorePorts,
): Promise<void> {
  const { manifest, target, progress, signal } = of;
  const { producerIdBase, finished } = target;
  const wanted = topics
    .filter(({ name }) => !finished.has(name))
    .flatMap(({ name, partitions }) => partitions.map((saved) => ({ topic: name, saved })));
  progress.tell({ phase: "records" });
  const fillerProducerId = producerIdBase + producerIdsOf(manifest.topics);
  await inParallel(wanted, PARTITIONS_AT_ONCE, async ({ topic, saved }) => {
    signal?.throwIfAborted();
    const partition = { topic, saved, producerIdBase, fillerProducerId, takenAtMs: manifest.takenAtMs };
    await restorePartition(partition, { ...ports, signal, progress: (done) => progress.add(done) });
    progress.tell({ partitionsDone: progress.now.partitionsDone + 1 });
  });
}

async function restoreGroups(
  manifest: Manifest,
  topics: ReadonlySet<string>,
  ports: RestorePorts,
): Promise<{ readonly groups: number; readonly offsets: number }> {
  const admin = ports.client.admin();
  let [groups, offsets] = [0, 0];
  for (const payload of readSealedFrames(manifest.groups.path, { kind: "groups", seal: manifest.groups }, ports)) {
    const group = decodeGroup(payload);
    const kept = group.offsets.filter(({ topic }) => topics.has(topic));
    if (kept.length === 0) continue;
    await admin.alterGroupOffsets(group.groupId, kept);
    groups++;
    offsets += kept.length;
  }
  return { groups, offsets };
}

/** From now on everybody may write. */
async function openTopics(topics: readonly SavedTopic[], { finished }: RestoreTarget, { client }: RestorePorts): Promise<void> {
  for (const { name } of topics) {
    if (!finished.has(name)) await client.admin().alterTopicConfigs(name, [{ operation: "delete", name: RESTORE_OF_CONFIG }]);
  }
}

/** Job by job, its record last: with it the job is there. */
async function restoreJobs(manifest: Manifest, ports: RestorePorts): Promise<number> {
  const byJob = new Map<string, SavedJobEntry[]>();
  for (const payload of readSealedFrames(manifest.jobs.path, { kind: "jobs", seal: manifest.jobs }, ports)) {
    const entry = decodeJobEntry(payload);
    byJob.set(entry.jobId, [...(byJob.get(entry.jobId) ?? []), entry]);
  }
  const admin = ports.client.admin();
  for (const [jobId, entries] of byJob) {
    for (const portion of portionsOf(entries)) if (!(await admin.importJob(jobId, portion))) break;
  }
  return byJob.size;
}

/** What makes a job of the entries comes last, together. */
function* portionsOf(entries: readonly SavedJobEntry[]): Generator<readonly SavedJobEntry[]> {
  const isDefinition = ({ key }: SavedJobEntry): boolean => key === "" || key === "/graph";
  let portion: SavedJobEntry[] = [];
  let bytes = 0;
  for (const entry of entries.filter((each) => !isDefinition(each))) {
    if (portion.length > 0 && (bytes + entry.value.length > IMPORT_BYTES_MAX || portion.length >= IMPORT_ENTRIES_MAX)) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(entry);
    bytes += entry.value.length;
  }
  if (portion.length > 0) yield portion;
  const definition = entries.filter(isDefinition);
  if (definition.length > 0) yield definition;
}

class Progress {
  now: RestoreProgress;
  readonly #listener: RestoreOptions["progress"];
  readonly #aborted: number;

  constructor(topics: readonly SavedTopic[], listener: RestoreOptions["progress"]) {
    const partitions = topics.flatMap((topic) => topic.partitions);
    this.#aborted = partitions.reduce((sum, { openTransactions }) => sum + openTransactions.length, 0);
    const bytesTotal = partitions.flatMap(({ files }) => files).reduce((sum, { bytes }) => sum + bytes, 0);
    this.now = { phase: "topics", partitions: partitions.length, partitionsDone: 0, bytes: 0, bytesTotal, records: 0 };
    this.#listener = listener;
    this.tell({});
  }

  get total(): Pick<RestoreResult, "partitions" | "records" | "bytes" | "aborted"> {
    const { partitions, records, bytes } = this.now;
    return { partitions, records, bytes, aborted: this.#aborted };
  }

  tell(change: Partial<RestoreProgress>): void {
    this.now = { ...this.now, ...change };
    this.#listener?.(this.now);
  }

  add({ bytes, records }: { readonly bytes: number; readonly records: number }): void {
    this.tell({ bytes: this.now.bytes + bytes, records: this.now.records + records });
  }
}
