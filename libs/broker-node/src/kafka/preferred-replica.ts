import { brokerId } from "@millrace/model";
import type { ReadTarget } from "../reads/read-partitions.ts";
import type { KafkaContext } from "./kafka-context.ts";

/**
 * The replica in the client's rack that it should read from (KIP-392): in sync, on a broker that is there, and with all records before the offset that is asked for.
 * The one with the most records, then the lowest id. undefined: read here, since this broker is in that rack, or does not lead, or no replica is nearer.
 */
export function preferredReplica(
  { topic, partition, offset }: Pick<ReadTarget, "topic" | "partition" | "offset">,
  rack: string,
  { settings, view, replicas }: Pick<KafkaContext, "settings" | "view" | "replicas">,
): number | undefined {
  if (settings.replicaSelector !== "rack-aware" || rack === "" || rack === settings.rack || !replicas.isLeader(topic, partition))
    return undefined;
  const local = replicas.requireLeader(topic, partition);
  if (offset < local.log.logStartOffset || offset > local.log.highWatermark) return undefined;
  const found = (view.partition(topic, partition)?.inSyncSet ?? []).flatMap((id) => {
    const broker = view.broker(id);
    const endOffset = local.followerEnd(brokerId(id));
    const isThere = broker?.rack === rack && !broker.fenced && !broker.stopping && broker.kafkaAddress !== "";
    return isThere && endOffset !== undefined && endOffset >= offset ? [{ id, endOffset }] : [];
  });
  return found.sort((a, b) => b.endOffset - a.endOffset || a.id - b.id)[0]?.id;
}
