import { errorToWire, type ListOffsetsRequest, type OffsetQuery } from "@millrace/contracts";
import type { Isolation, TimeQuery } from "@millrace/log-engine";
import { timestampMs } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { isolationOf } from "../from-wire.ts";
import { PARTITIONS_PER_REQUEST_MAX } from "../limits.ts";
import { mayBeDeposed } from "../reads/may-be-deposed.ts";
import type { RpcContext } from "./rpc-context.ts";

/** Answers come in the order of the questions; each succeeds or fails alone. */
export function listOffsets(request: ListOffsetsRequest, context: RpcContext) {
  if (request.queries.length > PARTITIONS_PER_REQUEST_MAX) throw brokerErrors.invalidRequest("too many partitions in one request");
  const isolation = isolationOf(request.isolation);
  return { answers: request.queries.map((query) => answer(query, isolation, context)) };
}

function answer(query: OffsetQuery, isolation: Isolation, context: RpcContext) {
  const { topic, partition } = query;
  try {
    const local = context.replicas.requireLeader(topic, partition);
    const { log, leaderEpoch } = local;
    const time = timeQueryOf(query.timestampMs);
    // "latest" never falls (reliability R7): a new leader waits until it knows what the former one had acknowledged.
    const isEndKnown = local.isHighWatermarkKnown && !mayBeDeposed(query, context);
    if (time !== "earliest" && !isEndKnown) throw brokerErrors.offsetNotAvailable({ topic, partition, leaderEpoch });
    const found = log.offsetForTime(time, isolation);
    if (found === undefined) return { topic, partition, offset: -1n, timestampMs: -1n, leaderEpoch: leaderEpoch ?? -1 };
    return { topic, partition, offset: BigInt(found.offset), timestampMs: BigInt(found.timestamp), leaderEpoch: found.leaderEpoch };
  } catch (error) {
    return { topic, partition, offset: -1n, timestampMs: -1n, leaderEpoch: -1, error: errorToWire(error) };
  }
}

function timeQueryOf(wire: bigint): TimeQuery {
  if (wire === -1n) return "latest";
  if (wire === -2n) return "earliest";
  if (wire === -3n) return "max-timestamp";
  if (wire < 0n || wire > BigInt(Number.MAX_SAFE_INTEGER))
    throw brokerErrors.invalidRequest("timestamp must be -1, -2, -3, or 0 and more", { timestampMs: String(wire) });
  return timestampMs(Number(wire));
}
