import { createBatchCursor } from "@millrace/records";
import { crc32c } from "@millrace/codecs";
import type { BrokerHost } from "../world/cluster.ts";

/** Digests of the batches of a replica, by base offset, and where its log ends. */
export interface Replica {
  readonly host: string;
  readonly batches: ReadonlyMap<number, number>;
  readonly startOffset: number;
  readonly endOffset: number;
}

/**
 * After a run, when nothing is written any more: the logs of all replicas of a partition must be the same bytes, and end at the same offset. Looks at the disks, not at what the
 * brokers say. A replica that was emptied, or never opened, is left out by having no log. Compaction takes away what each replica finds in time of its own: of what it may have been at
 * only the ends are compared.
 */
export function compareReplicas(hosts: readonly BrokerHost[], isCompacted: (folder: string) => boolean): string[] {
  return [...replicasOf(hosts)].flatMap(([folder, replicas]) => differences(folder, replicas, isCompacted(folder)));
}

/** What is on the disks, by the folder of the log. */
export function replicasOf(hosts: readonly BrokerHost[]): ReadonlyMap<string, readonly Replica[]> {
  const byPartition = new Map<string, Replica[]>();
  for (const host of hosts)
    for (const { name, isFolder } of host.disk.model.list("")) {
      const replica = isFolder ? readReplica(host, name) : undefined;
      if (replica !== undefined) byPartition.set(name, [...(byPartition.get(name) ?? []), replica]);
    }
  return byPartition;
}

function differences(folder: string, replicas: readonly Replica[], isCompacted: boolean): string[] {
  const [first, ...others] = replicas;
  if (first === undefined) return [];
  const found: string[] = [];
  for (const other of others) {
    const where = `${folder} on ${first.host} (ends at ${first.endOffset}) and ${other.host} (ends at ${other.endOffset})`;
    const start = Math.max(first.startOffset, other.startOffset);
    const end = Math.min(first.endOffset, other.endOffset);
    const offsets = [...new Set([...first.batches.keys(), ...other.batches.keys()])].filter((offset) => offset >= start && offset < end);
    const differing = isCompacted ? undefined : offsets.find((offset) => first.batches.get(offset) !== other.batches.get(offset));
    if (differing !== undefined) found.push(`log matching: ${where} differ at offset ${differing}`);
    else if (first.endOffset !== other.endOffset) found.push(`liveness: replicas do not end together: ${where}`);
  }
  return found;
}

function readReplica({ name: host, disk }: BrokerHost, folder: string): Replica | undefined {
  const { model } = disk;
  const files = model.list(folder).filter(({ name }) => name.endsWith(".log"));
  if (files.length === 0) return undefined;
  const batches = new Map<number, number>();
  let [startOffset, endOffset] = [Infinity, Number(files[0]?.name.slice(0, -".log".length))];
  for (const { name } of files) {
    const bytes = model.readFile(`${folder}/${name}`) ?? new Uint8Array(0);
    const cursor = createBatchCursor(bytes);
    while (cursor.advance()) {
      const { view } = cursor;
      batches.set(view.baseOffset, crc32c(view.subarray()));
      startOffset = Math.min(startOffset, view.baseOffset);
      endOffset = view.nextOffset;
    }
  }
  return { host, batches, startOffset, endOffset };
}
