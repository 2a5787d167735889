import { backupErrors } from "./errors.ts";
import type { FramePorts } from "./format/sealed-frames.ts";
import { listManifests, type Manifest, readIdentity, readManifest } from "./manifest.ts";

/** One backup of a folder. */
export interface BackupListing extends Pick<
  Manifest,
  "number" | "clusterId" | "version" | "takenAtMs" | "finishedAtMs" | "heldMs" | "added"
> {
  readonly topics: number;
  readonly partitions: number;
  /** Of all that it is made of, also files that earlier ones wrote. */
  readonly records: number;
  readonly bytes: number;
  readonly groups: number;
  readonly jobs: number;
}

/** The finished backups of a folder, oldest first. Throws `backup-missing` where no backup ever was. */
export function listBackups(ports: FramePorts): readonly BackupListing[] {
  if (readIdentity(ports) === undefined) throw backupErrors.missing({});
  return listManifests(ports).map((number) => describeBackup(readManifest(number, ports)));
}

/** What a manifest amounts to. */
export function describeBackup(manifest: Manifest): BackupListing {
  const { number, clusterId, version, takenAtMs, finishedAtMs, heldMs, added } = manifest;
  const topics = manifest.topics.filter(({ internal }) => !internal);
  const partitions = manifest.topics.flatMap((topic) => topic.partitions);
  const files = partitions.flatMap((partition) => partition.files);
  return {
    ...{ number, clusterId, version, takenAtMs, finishedAtMs, heldMs, added },
    topics: topics.length,
    partitions: topics.reduce((sum, topic) => sum + topic.partitions.length, 0),
    records: files.reduce((sum, { records }) => sum + records, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) + manifest.groups.bytes + manifest.jobs.bytes,
    groups: manifest.groups.groups,
    jobs: manifest.jobs.jobs,
  };
}
