import { type DeleteRecordsRequest, errorToWire, type RecordDeletion } from "@millrace/contracts";
import { offset, offsetFromWire } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { PARTITIONS_PER_REQUEST_MAX } from "../limits.ts";
import type { RpcContext } from "./rpc-context.ts";

/** Moves log starts up, in the order of the request; each succeeds or fails alone. Never beyond the high watermark, never back. */
export async function deleteRecords(request: DeleteRecordsRequest, context: RpcContext) {
  if (request.deletions.length > PARTITIONS_PER_REQUEST_MAX) throw brokerErrors.invalidRequest("too many partitions in one request");
  return { results: await Promise.all(request.deletions.map((deletion) => deleteBefore(deletion, context))) };
}

async function deleteBefore({ topic, partition, beforeOffset }: RecordDeletion, context: RpcContext) {
  try {
    const { log } = context.replicas.requireLeader(topic, partition);
    const wanted = beforeOffset === -1n ? log.highWatermark : offsetFromWire(beforeOffset);
    await log.deleteRecordsBefore(offset(Math.min(wanted, log.highWatermark)));
    return { topic, partition, logStartOffset: BigInt(log.logStartOffset) };
  } catch (error) {
    return { topic, partition, logStartOffset: -1n, error: errorToWire(error) };
  }
}
