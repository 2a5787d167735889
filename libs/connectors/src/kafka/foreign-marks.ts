import type { SinkSlotMark, SinkSlots } from "@millrace/ports";
import { Admin, compatibilityPartitioner } from "@platformatic/kafka";
import { type ForeignCluster, ForeignLog } from "./foreign-log.ts";
import { EARLIEST, LATEST } from "./offset-times.ts";

/** Where sinks of Millrace jobs keep their marks in another cluster; compacted, so that it keeps one record per slot. */
export const FOREIGN_MARKS_TOPIC = "millrace-sink-marks";
const PARTITIONS = 8;

/** A mark as it is stored: also who wrote it. */
export interface ForeignMark extends SinkSlotMark {
  readonly epoch: number;
}

/** Made on first use. A replication factor of -1 is the cluster's default. */
export async function ensureMarksTopic(cluster: ForeignCluster): Promise<void> {
  const admin = new Admin({ clientId: "millrace-sink", bootstrapBrokers: cluster.bootstrapBrokers, ...cluster.connection });
  try {
    const topics = await admin.listTopics();
    if (topics.includes(FOREIGN_MARKS_TOPIC)) return;
    const configs = [
      { name: "cleanup.policy", value: "compact" },
      { name: "segment.bytes", value: String(16 * 1024 * 1024) }, // rolled often, so that it is compacted often
    ];
    await admin.createTopics({ topics: [FOREIGN_MARKS_TOPIC], partitions: PARTITIONS, replicas: -1, configs });
  } catch (error) {
    const topics = await admin.listTopics().catch(() => [] as string[]);
    if (!topics.includes(FOREIGN_MARKS_TOPIC)) throw error; // else another worker was faster
  } finally {
    await admin.close();
  }
}

/** Key of a slot's mark, and the partition of all marks of its job. */
export function markKey({ jobId, incarnation, sink }: SinkSlots, slot: number): Buffer {
  return Buffer.from(`${jobId}/${incarnation}/${sink}/${slot}`);
}

export function marksPartition({ jobId }: SinkSlots): number {
  return compatibilityPartitioner({ topic: FOREIGN_MARKS_TOPIC }, Buffer.from(jobId)) % PARTITIONS;
}

/**
 * The newest committed mark of each slot. To be read after every former writer is fenced: then each of its transactions has its marker below the
 * high watermark. Transactions of other jobs may still be open there; they are other keys, and not waited for.
 */
export async function readMarks(cluster: ForeignCluster, slots: SinkSlots): Promise<ReadonlyMap<number, ForeignMark>> {
  const log = new ForeignLog(cluster, "millrace-sink");
  try {
    const place = { topic: FOREIGN_MARKS_TOPIC, partition: marksPartition(slots) };
    const startOffset = await log.offsetAt(place.topic, place.partition, { at: EARLIEST });
    const endOffset = await log.offsetAt(place.topic, place.partition, { at: LATEST, uncommitted: true });
    const byKey = new Map(slots.slots.map((slot) => [markKey(slots, slot).toString(), slot]));
    const marks = new Map<number, ForeignMark>();
    for await (const records of log.readAvailable({ ...place, startOffset, endOffset })) {
      for (const { key, value } of records) {
        const slot = key === null ? undefined : byKey.get(Buffer.from(key).toString());
        if (slot !== undefined && value !== null) marks.set(slot, JSON.parse(Buffer.from(value).toString()) as ForeignMark);
      }
    }
    return marks;
  } finally {
    await log.close();
  }
}
