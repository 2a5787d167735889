import { type DeleteRecordsRequest, errorToWire, type RecordDeletion } from "@millrace/contracts";
import { GROUP_OFFSETS_TOPIC, offsetFromWire, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { PARTITIONS_PER_REQUEST_MAX } from "../limits.ts";
import type { RpcContext } from "./rpc-context.ts";

const UP_TO_HIGH_WATERMARK = -1n;

/** Moves log starts up, durably; files go with the next retention. Each partition succeeds or fails alone. */
export async function deleteRecords(request: DeleteRecordsRequest, context: RpcContext) {
  if (request.deletions.length > PARTITIONS_PER_REQUEST_MAX) throw brokerErrors.invalidRequest("too many partitions in one request");
  return { results: await Promise.all(request.deletions.map((deletion) => deleteBefore(deletion, context))) };
}

async function deleteBefore({ topic, partition, beforeOffset }: RecordDeletion, { replicas }: RpcContext) {
  try {
    if (topic === TRANSACTION_STATE_TOPIC || topic === GROUP_OFFSETS_TOPIC) throw brokerErrors.internalTopic(topic);
    const { log, config } = replicas.requireLeader(topic, partition);
    if (config.restoreOf !== "") throw brokerErrors.topicRestoring({ topic, partition });
    const { highWatermark } = log;
    const before = beforeOffset === UP_TO_HIGH_WATERMARK ? highWatermark : offsetFromWire(beforeOffset);
    if (before < 0 || before > highWatermark)
      throw brokerErrors.invalidRequest("records can be deleted up to the high watermark", { topic, partition, highWatermark });
    await log.deleteRecordsBefore(before);
    return { topic, partition, logStartOffset: BigInt(log.logStartOffset) };
  } catch (error) {
    return { topic, partition, logStartOffset: -1n, error: errorToWire(error) };
  }
}
