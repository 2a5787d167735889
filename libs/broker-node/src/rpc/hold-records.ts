import { errorToWire, type HoldRecordsRequest, type RecordHold } from "@millrace/contracts";
import { offsetFromWire } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { HOLD_TTL_MS_MAX, HOLDER_LENGTH_MAX, PARTITIONS_PER_REQUEST_MAX } from "../limits.ts";
import type { RpcContext } from "./rpc-context.ts";

const RELEASED = -1n;

/** Keeps records from retention for a while; each partition succeeds or fails alone. */
export function holdRecords({ holder, holds, ttlMs }: HoldRecordsRequest, context: RpcContext) {
  if (holder.length < 1 || holder.length > HOLDER_LENGTH_MAX)
    throw brokerErrors.invalidRequest("a holder has a name of 1 to 255 characters");
  if (ttlMs < 1 || ttlMs > HOLD_TTL_MS_MAX) throw brokerErrors.invalidRequest("ttl_ms must be 1 to 3,600,000", { ttlMs });
  if (holds.length > PARTITIONS_PER_REQUEST_MAX)
    throw brokerErrors.invalidRequest("too many partitions in one request", { partitions: holds.length });
  const untilMs = context.ports.clock.monotonicMs() + ttlMs;
  return { results: holds.map((hold) => holdOne(hold, { holder, untilMs }, context)) };
}

function holdOne({ topic, partition, fromOffset }: RecordHold, by: { holder: string; untilMs: number }, { replicas }: RpcContext) {
  try {
    const { log, holds } = replicas.requireLeader(topic, partition);
    if (fromOffset === RELEASED) holds.release(by.holder);
    else if (fromOffset < 0n || fromOffset > BigInt(Number.MAX_SAFE_INTEGER))
      throw brokerErrors.invalidRequest("a hold begins at 0 or above; -1 lets go", { topic, partition });
    else holds.hold(by.holder, { fromOffset: offsetFromWire(fromOffset), untilMs: by.untilMs });
    return { topic, partition, logStartOffset: BigInt(log.logStartOffset) };
  } catch (error) {
    return { topic, partition, logStartOffset: -1n, error: errorToWire(error) };
  }
}
