import { AppError } from "@millrace/model";
import { backupErrors } from "./errors.ts";
import { encodeFile, type FramePorts, type FramesSeal, readFrames } from "./format/sealed-frames.ts";

/** A file of record batches of one partition. */
export interface RecordFile extends FramesSeal {
  readonly path: string;
  readonly firstOffset: number;
  readonly endOffset: number;
  readonly batches: number;
  readonly records: number;
  /** To know it again in the cluster. */
  readonly lastBatch: { readonly baseOffset: number; readonly crc: number };
}

/** A transaction that was open when the backup was made: restoring aborts it. */
export interface OpenTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstOffset: number;
}

export interface SavedPartition {
  readonly partition: number;
  readonly logStartOffset: number;
  /** Everything below is in the files, but for what compaction had taken. */
  readonly endOffset: number;
  /** Producer ids in the records are below. */
  readonly producerIdEnd: number;
  readonly openTransactions: readonly OpenTransaction[];
  readonly files: readonly RecordFile[];
}

export interface SavedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly internal: boolean;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
  readonly partitions: readonly SavedPartition[];
}

/** One backup of a folder: names all files that it is made of, also those that earlier ones wrote. Written last. */
export interface Manifest {
  /** 1, 2, … in the order of making. */
  readonly number: number;
  readonly backupId: string;
  readonly clusterId: string;
  readonly version: string;
  readonly startedAtMs: number;
  /** Everything is as of this moment. */
  readonly takenAtMs: number;
  readonly finishedAtMs: number;
  /** How long producers could not end transactions. */
  readonly heldMs: number;
  readonly topics: readonly SavedTopic[];
  readonly groups: FramesSeal & { readonly path: string; readonly groups: number; readonly offsets: number };
  readonly jobs: FramesSeal & { readonly path: string; readonly jobs: number; readonly entries: number };
  /** What this one added to the folder. */
  readonly added: { readonly bytes: number; readonly records: number };
}

const FOLDER = "manifests";
const IDENTITY = "backup.id";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Whose backups are in a folder. */
export interface Identity {
  readonly backupId: string;
  readonly clusterId: string;
}

/** undefined: none are. */
export function readIdentity(ports: FramePorts): Identity | undefined {
  return ports.storage.exists(IDENTITY) ? readJson<Identity>(IDENTITY, "identity", ports) : undefined;
}

export async function writeIdentity(identity: Identity, ports: FramePorts): Promise<void> {
  const { bytes } = encodeFile("identity", [encoder.encode(JSON.stringify(identity))], ports.crc32c);
  await ports.storage.writeFileAtomically(IDENTITY, bytes);
}

/** Numbers of the finished backups, in order. */
export function listManifests({ storage }: FramePorts): readonly number[] {
  return storage.list(FOLDER).flatMap(({ name }) => {
    const [, number] = /^(\d{6,})\.manifest$/.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

export function readManifest(number: number, ports: FramePorts): Manifest {
  return readJson<Manifest>(manifestPath(number), "manifest", ports);
}

/** The one of that number, or the last. */
export function findManifest(number: number | undefined, ports: FramePorts): Manifest {
  const numbers = listManifests(ports);
  const found = number ?? numbers.at(-1);
  if (found === undefined || !numbers.includes(found))
    throw backupErrors.missing({ ...(number === undefined ? {} : { number }), finished: numbers.join(", ") });
  return readManifest(found, ports);
}

/** What makes a backup count: before it is there, nothing of it does. */
export async function writeManifest(manifest: Manifest, ports: FramePorts): Promise<void> {
  const { bytes } = encodeFile("manifest", [encoder.encode(JSON.stringify(manifest))], ports.crc32c);
  ports.storage.createFolder(FOLDER);
  await ports.storage.syncFolder("");
  await ports.storage.writeFileAtomically(manifestPath(manifest.number), bytes);
}

function manifestPath(number: number): string {
  return `${FOLDER}/${String(number).padStart(6, "0")}.manifest`;
}

function readJson<T>(path: string, kind: "identity" | "manifest", ports: FramePorts): T {
  const [first, ...more] = readFrames(path, kind, ports);
  if (first === undefined || more.length > 0) throw backupErrors.damaged({ file: path, cause: "one frame was expected" });
  try {
    return JSON.parse(decoder.decode(first.payload)) as T;
  } catch (error) {
    throw error instanceof AppError ? error : backupErrors.damaged({ file: path, cause: "not JSON" }, error);
  }
}
