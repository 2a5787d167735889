import type { DescribePositionsRequest, DescribePositionsResponseSchema } from "@millrace/contracts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Offset } from "@millrace/model";
import { RecordBatchView } from "@millrace/records";
import { brokerErrors } from "../errors.ts";
import { POSITIONS_PER_CALL_MAX } from "../limits.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { Replicas } from "../partitions/replicas.ts";

/** Where a partition stands behind a position. */
export interface PositionDescription {
  readonly logEndOffset: number;
  /** Of the batch that holds the first record at or above the position; undefined: there is none. */
  readonly timestampMs: number | undefined;
}

/** Costs a read of one batch, mostly from the tail cache. The batch's greatest timestamp, so that lag is not overstated by more than a batch spans. */
export function describePosition({ log }: LocalPartition, position: number): PositionDescription {
  const { logStartOffset, logEndOffset } = log;
  const offset = Math.max(position, logStartOffset) as Offset;
  if (offset >= logEndOffset) return { logEndOffset, timestampMs: undefined };
  const { chunks } = log.read({ offset, maxBytes: 1, endOffset: logEndOffset });
  const [first] = chunks;
  if (first === undefined) return { logEndOffset, timestampMs: undefined };
  const { maxTimestamp } = new RecordBatchView(first);
  return { logEndOffset, timestampMs: maxTimestamp < 0 ? undefined : maxTimestamp };
}

/** The same for another broker. */
export function describePositions(
  { positions }: DescribePositionsRequest,
  replicas: Replicas,
): MessageInitShape<typeof DescribePositionsResponseSchema> {
  if (positions.length > POSITIONS_PER_CALL_MAX) throw brokerErrors.invalidRequest("too many positions in one request");
  return {
    positions: positions.map(({ topic, partition, offset }) => {
      if (!replicas.isLeader(topic, partition)) return { logEndOffset: -1n, timestampMs: -1n };
      const { logEndOffset, timestampMs } = describePosition(replicas.requireLeader(topic, partition), Number(offset));
      return { logEndOffset: BigInt(logEndOffset), timestampMs: BigInt(timestampMs ?? -1) };
    }),
  };
}
