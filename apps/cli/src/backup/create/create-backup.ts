import { topicPartitionKey } from "@millrace/model";
import type { Topic } from "@millrace/contracts";
import { backupErrors } from "../errors.ts";
import { encodeFile } from "../format/sealed-frames.ts";
import { inParallel } from "../in-parallel.ts";
import { PARTITIONS_AT_ONCE } from "../limits.ts";
import {
  type Identity,
  listManifests,
  type Manifest,
  readIdentity,
  readManifest,
  type SavedPartition,
  type SavedTopic,
  writeIdentity,
  writeManifest,
} from "../manifest.ts";
import { encodeGroup, encodeJobEntry } from "../format/entries.ts";
import { type CopyPorts, copyPartition, type PartitionToCopy } from "./copy-partition.ts";
import { type Survey, type SurveyPorts, takeSurvey } from "./survey.ts";

export interface BackupProgress {
  readonly phase: "looking" | "copying" | "finishing";
  readonly partitions: number;
  readonly partitionsDone: number;
  readonly bytes: number;
  readonly records: number;
}

export interface CreateOptions {
  /** undefined: every topic, with jobs. */
  readonly topics: readonly string[] | undefined;
  /** Of the product. */
  readonly version: string;
  readonly progress?: (progress: BackupProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

export type CreatePorts = SurveyPorts & Omit<CopyPorts, "progress" | "signal">;

/** Makes a backup in a folder that this process alone has open: everything the first time, afterwards what is new. Throws what the cluster refuses. */
export async function createBackup(options: CreateOptions, ports: CreatePorts): Promise<Manifest> {
  const startedAtMs = ports.clock.wallMs();
  const identity = await openFolder(ports);
  const numbers = listManifests(ports);
  const last = numbers.length === 0 ? undefined : readManifest(numbers.at(-1) ?? 0, ports);
  const progress = new Progress(options.progress);
  const survey = await takeSurvey({ wanted: options.topics, backupId: identity.backupId }, ports);
  options.signal?.throwIfAborted();
  const number = (last?.number ?? 0) + 1;
  const chain = { startedAtMs, last, number };
  const copied = await copyAll(survey, { ...chain, progress, signal: options.signal }, ports);
  progress.tell({ phase: "finishing" });
  const groups = await writeGroups(survey, number, ports);
  const jobs = await writeJobs(survey, number, ports);
  const { takenAtMs, heldMs } = survey;
  const manifest: Manifest = {
    ...identity,
    number,
    version: options.version,
    startedAtMs,
    takenAtMs,
    heldMs,
    finishedAtMs: ports.clock.wallMs(),
    topics: survey.topics.map((topic) => savedTopic(topic, copied)),
    groups,
    jobs,
    added: { bytes: progress.now.bytes, records: progress.now.records },
  };
  await writeManifest(manifest, ports);
  return manifest;
}

/** Whose folder it is; a new one becomes this cluster's. */
async function openFolder(ports: CreatePorts): Promise<Identity> {
  const { clusterId } = await ports.client.admin().describeCluster();
  const found = readIdentity(ports);
  if (found !== undefined) {
    if (found.clusterId !== clusterId) throw backupErrors.otherCluster({ folderClusterId: found.clusterId, clusterId });
    return { backupId: found.backupId, clusterId };
  }
  const foreign = ports.storage.list("").find(({ name }) => !/^(lock.*|lost\+found|millrace-folder\.json.*|backup\.id\.tmp)$/.test(name));
  if (foreign !== undefined) throw backupErrors.foreignFolder({ found: foreign.name });
  const identity = { backupId: ports.random.hex(8), clusterId };
  await writeIdentity(identity, ports);
  return identity;
}

interface Chain {
  readonly startedAtMs: number;
  readonly last: Manifest | undefined;
  readonly number: number;
}

type Copied = ReadonlyMap<string, SavedPartition>;

async function copyAll(
  survey: Survey,
  of: Chain & { readonly progress: Progress; readonly signal: AbortSignal | undefined },
  ports: CreatePorts,
): Promise<Copied> {
  const { progress, signal } = of;
  // What the cluster itself trims comes first: jobs go on meanwhile, and need less and less of what they had.
  const topics = survey.topics.toSorted((a, b) => Number(b.internal) - Number(a.internal));
  const wanted = topics.flatMap((topic) => partitionsToCopy(topic, survey, of));
  const copied = new Map<string, SavedPartition>();
  progress.tell({ phase: "copying", partitions: wanted.length });
  await inParallel(wanted, PARTITIONS_AT_ONCE, async (each) => {
    signal?.throwIfAborted();
    const added = (of: { readonly bytes: number; readonly records: number }): void => progress.add(of);
    copied.set(topicPartitionKey(each.topic, each.partition), await copyPartition(each, { ...ports, signal, progress: added }));
    progress.tell({ partitionsDone: copied.size });
  });
  return copied;
}

function partitionsToCopy(topic: Topic, survey: Survey, { last, number, startedAtMs }: Chain): PartitionToCopy[] {
  const { name, topicId, internal, configs } = topic;
  const isCompacted = (configs["cleanup.policy"] ?? "").includes("compact");
  const before = last?.topics.find((saved) => saved.topicId === topicId);
  // A tombstone may have come and gone since: what it deleted would be there again. All of it is copied anew.
  const isTooOld = isCompacted && startedAtMs - (last?.startedAtMs ?? 0) >= Number(configs["delete.retention.ms"] ?? DELETE_RETENTION_MS);
  return topic.partitions.map(({ partition }) => {
    const key = topicPartitionKey(name, partition);
    const saved = isTooOld ? undefined : before?.partitions.find((candidate) => candidate.partition === partition);
    const begun = saved?.files[0]?.path.split("/").at(-2) ?? `from-${String(number).padStart(6, "0")}`;
    return {
      topic: name,
      partition,
      folder: `records/${topicId}/${partition}/${begun}`,
      before: saved,
      logStartOffset: survey.starts.get(key) ?? 0,
      endOffset: survey.ends.get(key) ?? 0,
      internal,
      isCompacted,
    };
  });
}

/** Default of the topic setting. */
const DELETE_RETENTION_MS = 86_400_000;

function savedTopic({ name, topicId, internal, configs, partitions }: Topic, copied: Copied): SavedTopic {
  return {
    name,
    topicId,
    internal,
    configs,
    replicationFactor: partitions[0]?.replicas.length ?? 1,
    partitions: partitions.flatMap(({ partition }) => copied.get(topicPartitionKey(name, partition)) ?? []),
  };
}

async function writeGroups({ groups }: Survey, number: number, ports: CreatePorts): Promise<Manifest["groups"]> {
  const path = statePath(number, "groups");
  const { bytes, seal } = encodeFile("groups", groups.map(encodeGroup), ports.crc32c);
  await writeState(path, bytes, ports);
  return { path, ...seal, groups: groups.length, offsets: groups.reduce((sum, { offsets }) => sum + offsets.length, 0) };
}

async function writeJobs({ jobs }: Survey, number: number, ports: CreatePorts): Promise<Manifest["jobs"]> {
  const path = statePath(number, "jobs");
  const entries = jobs.flatMap(({ jobId, name, entries: own }) => own.map(({ key, value }) => ({ jobId, name, key, value })));
  const { bytes, seal } = encodeFile("jobs", entries.map(encodeJobEntry), ports.crc32c);
  await writeState(path, bytes, ports);
  return { path, ...seal, jobs: new Set(jobs.map(({ jobId }) => jobId)).size, entries: entries.length };
}

function statePath(number: number, kind: "groups" | "jobs"): string {
  return `state/${String(number).padStart(6, "0")}.${kind}`;
}

async function writeState(path: string, bytes: Uint8Array, { storage }: CreatePorts): Promise<void> {
  storage.createFolder("state");
  await storage.writeFileAtomically(path, bytes);
}

class Progress {
  now: BackupProgress = { phase: "looking", partitions: 0, partitionsDone: 0, bytes: 0, records: 0 };
  readonly #listener: CreateOptions["progress"];

  constructor(listener: CreateOptions["progress"]) {
    this.#listener = listener;
    this.tell({});
  }

  tell(change: Partial<BackupProgress>): void {
    this.now = { ...this.now, ...change };
    this.#listener?.(this.now);
  }

  add({ bytes, records }: { readonly bytes: number; readonly records: number }): void {
    this.tell({ bytes: this.now.bytes + bytes, records: this.now.records + records });
  }
}
