import { toAppError } from "@millrace/model";
import { createBatchCursor, verifyBatch } from "@millrace/records";
import { backupErrors } from "./errors.ts";
import { decodeGroup, decodeJobEntry } from "./format/entries.ts";
import { type FramePorts, readSealedFrames } from "./format/sealed-frames.ts";
import { PROBLEMS_LISTED_MAX } from "./limits.ts";
import { findManifest, type Manifest, type RecordFile, readIdentity } from "./manifest.ts";

export interface VerifyProgress {
  readonly files: number;
  readonly filesTotal: number;
  readonly bytes: number;
}

export interface VerifyResult {
  readonly number: number;
  readonly files: number;
  readonly bytes: number;
  readonly batches: number;
  readonly records: number;
  readonly groups: number;
  readonly jobs: number;
  readonly problemCount: number;
  /** The first of them. */
  readonly problems: readonly { readonly file: string; readonly reason: string }[];
}

/** Reads every byte that a backup is made of, and checks it twice: the frames of its files, and the checksums and offsets of the batches in them. */
export function verifyBackup(
  options: {
    readonly number?: number | undefined;
    readonly progress?: (progress: VerifyProgress) => void;
    readonly signal?: AbortSignal | undefined;
  },
  ports: FramePorts,
): VerifyResult {
  if (readIdentity(ports) === undefined) throw backupErrors.missing({});
  const manifest = findManifest(options.number, ports);
  const files = manifest.topics.flatMap(({ partitions }) => partitions.flatMap((partition) => partition.files));
  const result = { files: 0, bytes: 0, batches: 0, records: 0, groups: 0, jobs: 0 };
  const problems: { file: string; reason: string }[] = [];
  let problemCount = 0;
  const check = (path: string, bytes: number, work: () => void): void => {
    options.signal?.throwIfAborted();
    try {
      work();
    } catch (error) {
      problemCount++;
      if (problems.length < PROBLEMS_LISTED_MAX) problems.push({ file: path, reason: toAppError(error).message });
    }
    result.files++;
    result.bytes += bytes;
    options.progress?.({ files: result.files, filesTotal: files.length + 2, bytes: result.bytes });
  };
  for (const file of files) check(file.path, file.bytes, () => addTo(result, verifyRecords(file, ports)));
  check(manifest.groups.path, manifest.groups.bytes, () => void (result.groups = verifyGroups(manifest, ports)));
  check(manifest.jobs.path, manifest.jobs.bytes, () => void (result.jobs = verifyJobs(manifest, ports)));
  return { number: manifest.number, ...result, problemCount, problems };
}

function addTo(result: { batches: number; records: number }, { batches, records }: { batches: number; records: number }): void {
  result.batches += batches;
  result.records += records;
}

/** Batches whole, in the order of their offsets, as many as the manifest says. */
function verifyRecords(file: RecordFile, ports: FramePorts): { batches: number; records: number } {
  let [offset, batches, records] = [-1, 0, 0];
  for (const payload of readSealedFrames(file.path, { kind: "records", seal: file }, ports)) {
    const cursor = createBatchCursor(payload);
    while (cursor.advance()) {
      const { view } = cursor;
      verifyBatch(payload, { crc32c: ports.crc32c, position: view.position });
      if (view.baseOffset < offset) throw backupErrors.damaged({ file: file.path, cause: "offsets go back", offset: view.baseOffset });
      offset = view.nextOffset;
      batches++;
      if (!view.isControl) records += view.recordCount;
    }
    if (cursor.tail.kind !== "none") throw backupErrors.damaged({ file: file.path, cause: "a frame does not end with a batch", offset });
  }
  if (batches === file.batches && records === file.records && offset === file.endOffset) return { batches, records };
  throw backupErrors.damaged({ file: file.path, cause: "other batches than the manifest names", offset });
}

function verifyGroups({ groups, topics }: Manifest, ports: FramePorts): number {
  const ends = new Map(topics.flatMap(({ name, partitions }) => partitions.map((each) => [`${name}/${each.partition}`, each.endOffset])));
  let count = 0;
  for (const payload of readSealedFrames(groups.path, { kind: "groups", seal: groups }, ports)) {
    const { groupId, offsets } = decodeGroup(payload);
    for (const { topic, partition, offset } of offsets) {
      if (offset > (ends.get(`${topic}/${partition}`) ?? -1))
        throw backupErrors.damaged({ file: groups.path, cause: `group ${groupId} is beyond the records of ${topic}/${partition}`, offset });
    }
    count++;
  }
  return count;
}

function verifyJobs({ jobs }: Manifest, ports: FramePorts): number {
  const ids = new Set<string>();
  for (const payload of readSealedFrames(jobs.path, { kind: "jobs", seal: jobs }, ports)) ids.add(decodeJobEntry(payload).jobId);
  return ids.size;
}
