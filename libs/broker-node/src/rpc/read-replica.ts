import type { ReadReplicaRequest } from "@millrace/contracts";
import { type Offset, offset as offsetOf } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { REPLICA_PARTITION_BYTES } from "../limits.ts";
import type { RpcContext } from "./rpc-context.ts";

/** Batches of this broker's replica, leader or not. Only below its high watermark: there all replicas have the same, and what the disk gives is verified. */
export function readReplica(request: ReadReplicaRequest, { view, replicas }: Pick<RpcContext, "view" | "replicas">) {
  const topic = view.topicById(request.topicId);
  if (topic === undefined) throw brokerErrors.unknownTopic(request.topicId);
  const { log } = replicas.requireOpen(topic.name, request.partition);
  const offset = offsetOf(Number(request.offset));
  const endOffset = Math.min(Number(request.endOffset), log.highWatermark) as Offset;
  if (offset >= endOffset)
    throw brokerErrors.replicaOutOfRange({ topic: topic.name, partition: request.partition, offset, highWatermark: log.highWatermark });
  const { chunks, sizeBytes, nextOffset, release } = log.read({ offset, maxBytes: REPLICA_PARTITION_BYTES, endOffset });
  const batches = new Uint8Array(sizeBytes);
  let position = 0;
  for (const chunk of chunks) {
    batches.set(chunk, position);
    position += chunk.length;
  }
  release();
  return { batches, nextOffset: BigInt(nextOffset) };
}
