import type { BackupService, HoldTransactionsRequest, RestoreBatchesRequest, ServiceHandlers } from "@millrace/contracts";
import { offsetFromWire, timestampMs } from "@millrace/model";
import { createBatchCursor, verifyBatch } from "@millrace/records";
import { brokerErrors } from "../errors.ts";
import { HOLDER_LENGTH_MAX, TRANSACTION_HOLD_MS_MAX } from "../limits.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { ProducerIds } from "../transactions/producer-ids.ts";
import type { TransactionHold } from "../transactions/transaction-hold.ts";
import type { RpcContext } from "./rpc-context.ts";

interface BackupDependencies {
  readonly hold: TransactionHold;
  readonly producerIds: ProducerIds;
}

/** What backup and restore need beside the services of every client. */
export function backupHandlers(context: RpcContext, of: BackupDependencies): ServiceHandlers<typeof BackupService> {
  const busy = new Set<LocalPartition>();
  return {
    async holdTransactions(request) {
      assertHold(request);
      if (context.coordinators.isLoading) throw brokerErrors.coordinatorLoading({});
      await of.hold.begun(request);
      return {};
    },
    releaseTransactions: ({ holder }) => Promise.resolve({ held: of.hold.release(holder) }),
    reserveProducerIds: async ({ count }) => ({ firstProducerId: await of.producerIds.reserve(count) }),
    async restoreBatches(request) {
      const { topic } = request;
      const partition = context.replicas.requireLeader(topic, request.partition);
      if (busy.has(partition)) throw brokerErrors.restoreBusy({ topic, partition: request.partition });
      busy.add(partition);
      try {
        return { logEndOffset: BigInt(await restore(request, partition, context)) };
      } finally {
        busy.delete(partition);
      }
    },
  };
}

function assertHold({ holder, ttlMs }: HoldTransactionsRequest): void {
  if (holder.length < 1 || holder.length > HOLDER_LENGTH_MAX)
    throw brokerErrors.invalidRequest("a holder has a name of 1 to 255 characters");
  if (ttlMs < 1 || ttlMs > TRANSACTION_HOLD_MS_MAX) throw brokerErrors.invalidRequest("ttl_ms must be 1 to 60,000", { ttlMs });
}

/** Appends what is not there yet; resolves with the log's end when every in-sync replica has it. */
async function restore(
  { batches, logStartOffset }: RestoreBatchesRequest,
  partition: LocalPartition,
  { ports }: RpcContext,
): Promise<number> {
  const where = { topic: partition.topic, partition: partition.partition };
  if (partition.config.restoreOf === "") throw brokerErrors.notRestoring(where);
  const now = timestampMs(ports.clock.wallMs());
  let stored: Promise<void> = Promise.resolve();
  const cursor = createBatchCursor(batches);
  while (cursor.advance()) {
    const { view } = cursor;
    verifyBatch(batches, { crc32c: ports.crc32c, position: view.position });
    const { stagedEndOffset } = partition.log;
    if (view.nextOffset <= stagedEndOffset) continue;
    if (view.baseOffset < stagedEndOffset)
      throw brokerErrors.restoreOverlaps({ ...where, baseOffset: view.baseOffset, logEndOffset: stagedEndOffset });
    if (view.baseOffset > stagedEndOffset) await partition.allowGapTo(view.baseOffset);
    stored = partition.appendRestored(view.subarray(), now).stored;
    stored.catch(() => undefined); // the last one waits for all before it
  }
  if (cursor.tail.kind !== "none") throw brokerErrors.invalidRequest("restored records do not end with a whole batch", where);
  await stored;
  const start = offsetFromWire(logStartOffset);
  if (start > partition.log.logStartOffset && start <= partition.log.highWatermark) await partition.log.deleteRecordsBefore(start);
  return partition.log.logEndOffset;
}
