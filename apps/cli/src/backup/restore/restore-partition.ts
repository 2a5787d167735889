import type { Client } from "@millrace/client";
import { type LeaderEpoch, type Offset, offset as offsetOf, producerEpoch, producerId, timestampMs } from "@millrace/model";
import { type Clock, sleep } from "@millrace/ports";
import { buildEndTransactionMarker, createBatchCursor, stampBatch } from "@millrace/records";
import { backupErrors } from "../errors.ts";
import { type FramePorts, readSealedFrames } from "../format/sealed-frames.ts";
import { RESTORED_LOOK_MS, RESTORED_WAIT_MS } from "../limits.ts";
import type { SavedPartition } from "../manifest.ts";
import { remapProducers } from "./remap-producers.ts";

export interface PartitionToRestore {
  readonly topic: string;
  readonly saved: SavedPartition;
  /** Added to producer ids; those of the backup are below `fillerProducerId - producerIdBase`. */
  readonly producerIdBase: number;
  /** Of nobody. */
  readonly fillerProducerId: number;
  readonly takenAtMs: number;
}

export interface RestorePorts extends FramePorts {
  readonly client: Client;
  readonly clock: Clock;
}

/**
 * Brings a partition back: batches at their offsets, then the abort of each transaction that was open when the backup was made, then the log start. Begins where
 * the log ends, so a restore that was killed goes on; resolves when all of it is committed.
 */
export async function restorePartition(
  of: PartitionToRestore,
  ports: RestorePorts & {
    readonly progress: (of: { readonly bytes: number; readonly records: number }) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { topic, saved } = of;
  const { partition, logStartOffset, endOffset, files } = saved;
  const admin = ports.client.admin();
  const send = async (batches: Uint8Array, startOffset = 0): Promise<number> =>
    (await admin.restoreBatches({ topic, partition }, { batches, logStartOffset: startOffset })).logEndOffset;
  let logEndOffset = await send(NOTHING);
  for (const file of files) {
    if (file.endOffset <= Math.max(logEndOffset, logStartOffset)) continue;
    for (const payload of readSealedFrames(file.path, { kind: "records", seal: file }, ports)) {
      ports.signal?.throwIfAborted();
      const batches = wanted(payload, { from: Math.max(logEndOffset, logStartOffset), to: endOffset });
      if (batches.bytes.length === 0) continue;
      remapProducers(batches.bytes, of.producerIdBase, ports.crc32c);
      logEndOffset = await send(batches.bytes);
      ports.progress({ bytes: batches.bytes.length, records: batches.records });
    }
  }
  for (const batch of closing(of, logEndOffset, ports)) await send(batch);
  if (logStartOffset > 0) await send(NOTHING, logStartOffset);
  await untilCommitted(of, ports, send);
}

const NOTHING = new Uint8Array();
const ANY_EPOCH = 0 as LeaderEpoch;

/** Of a frame, what begins below the end and reaches beyond the start. */
function wanted(
  payload: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
): { readonly bytes: Uint8Array; readonly records: number } {
  let [start, end, records] = [-1, 0, 0];
  for (const cursor = createBatchCursor(payload); cursor.advance();) {
    const { view } = cursor;
    if (view.nextOffset <= from || view.baseOffset >= to) continue;
    if (start < 0) start = view.position;
    end = view.position + view.sizeInBytes;
    if (!view.isControl) records += view.recordCount;
  }
  return { bytes: start < 0 ? NOTHING : payload.slice(start, end), records };
}

/** Offset behind the last record of a restored partition. */
export function restoredEnd({ endOffset, openTransactions }: SavedPartition): number {
  return endOffset + openTransactions.length;
}

/** What ends the log: a control batch that no reader sees where records before the end are missing, and the abort of what was open. */
function* closing(of: PartitionToRestore, logEndOffset: number, ports: RestorePorts): Generator<Uint8Array> {
  const { endOffset, openTransactions } = of.saved;
  const abortAt = (baseOffset: number, by: { id: number; epoch: number }): Uint8Array => {
    const owner = { producerId: producerId(by.id), producerEpoch: producerEpoch(by.epoch) };
    const marker = { ...owner, coordinatorEpoch: 0, outcome: "abort" as const, timestamp: timestampMs(of.takenAtMs) };
    const batch = buildEndTransactionMarker(marker, ports.crc32c);
    stampBatch(batch, { baseOffset: offsetOf(baseOffset), leaderEpoch: ANY_EPOCH });
    return batch;
  };
  if (logEndOffset < endOffset) yield abortAt(endOffset - 1, { id: of.fillerProducerId, epoch: 0 });
  for (const [index, open] of openTransactions.entries()) {
    if (endOffset + index < logEndOffset) continue;
    yield abortAt(endOffset + index, { id: open.producerId + of.producerIdBase, epoch: open.producerEpoch });
  }
}

/** Every in-sync replica has it, and readers see the log begin and end where it did. */
async function untilCommitted(
  { topic, saved }: PartitionToRestore,
  { client, clock }: RestorePorts,
  send: (batches: Uint8Array, logStartOffset: number) => Promise<number>,
): Promise<void> {
  const { partition } = saved;
  const end = restoredEnd(saved) as Offset;
  const deadlineMs = clock.monotonicMs() + RESTORED_WAIT_MS;
  for (;;) {
    const [latest] = await client.listOffsets([{ topic, partition, at: "latest" }], "uncommitted");
    const [earliest] = await client.listOffsets([{ topic, partition, at: "earliest" }], "uncommitted");
    const isDone = latest?.offset === end && (earliest?.offset ?? 0) >= saved.logStartOffset;
    if (isDone) return;
    if ((latest?.offset ?? 0) > end)
      throw backupErrors.targetExists({ topic, partition, logEndOffset: latest?.offset, logEndExpected: end });
    if (clock.monotonicMs() > deadlineMs)
      throw backupErrors.notRestored({ topic, partition, committed: latest?.offset, logEndExpected: end });
    await sleep(clock, RESTORED_LOOK_MS);
    if (latest?.offset === end) await send(NOTHING, saved.logStartOffset);
  }
}
