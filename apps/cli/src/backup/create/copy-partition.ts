import { AppError, type TopicPartition } from "@millrace/model";
import { createBatchCursor } from "@millrace/records";
import type { Client } from "@millrace/client";
import { backupErrors } from "../errors.ts";
import type { FramePorts } from "../format/sealed-frames.ts";
import type { RecordFile, SavedPartition } from "../manifest.ts";
import { RecordWriter } from "./record-writer.ts";
import { TransactionTrace } from "./transaction-trace.ts";

export interface PartitionToCopy extends TopicPartition {
  /** Of its files. */
  readonly folder: string;
  /** What the last backup has of it; undefined: copied from the start. */
  readonly before: SavedPartition | undefined;
  readonly logStartOffset: number;
  readonly endOffset: number;
  /** The cluster's own: records that are gone were needed. */
  readonly internal: boolean;
  /** Compaction may have taken the batch that was saved last. */
  readonly isCompacted: boolean;
}

export interface CopyPorts extends FramePorts {
  readonly client: Client;
  /** Called as records arrive. */
  readonly progress: (of: { readonly bytes: number; readonly records: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Saves what is new in a partition since the last backup. */
export async function copyPartition(of: PartitionToCopy, ports: CopyPorts): Promise<SavedPartition> {
  const { before, endOffset, topic, partition } = of;
  if (before !== undefined && before.endOffset > endOffset)
    throw backupErrors.diverged({ topic, partition, savedEndOffset: before.endOffset, logEndOffset: endOffset });
  if (before !== undefined && !of.isCompacted) await assertSameLog(before.files.at(-1), of, ports);
  const trace = new TransactionTrace(before);
  const start = Math.max(before?.endOffset ?? 0, of.logStartOffset);
  const count = (bytes: number, records: number): void => ports.progress({ bytes, records });
  const writer = new RecordWriter(
    {
      folder: of.folder,
      position: start,
      seen: (batch) => {
        trace.add(batch);
        count(batch.sizeInBytes, batch.isControl ? 0 : batch.recordCount);
      },
    },
    ports,
  );
  let logStartOffset = of.logStartOffset;
  try {
    while (writer.position < endOffset) {
      try {
        await copyRange({ topic, partition, startOffset: Math.max(writer.position, logStartOffset), endOffset }, writer, ports);
        break;
      } catch (error) {
        logStartOffset = await startAfter(error, of, ports);
        if (logStartOffset >= endOffset) break;
      }
    }
  } catch (error) {
    writer.abandon();
    throw error;
  }
  const files = [...(before?.files ?? []), ...(await writer.finish())];
  const { openTransactions, producerIdEnd } = trace;
  return { partition, logStartOffset: Math.min(logStartOffset, endOffset), endOffset, producerIdEnd, openTransactions, files };
}

async function copyRange(
  range: { readonly topic: string; readonly partition: number; readonly startOffset: number; readonly endOffset: number },
  writer: RecordWriter,
  { client, signal }: CopyPorts,
): Promise<void> {
  const options = { isolation: "uncommitted" as const, ...(signal === undefined ? {} : { signal }) };
  for await (const { batches } of client.fetchRange(range, options)) writer.write(batches, range.endOffset);
}

/** Retention took records before they were copied: what is left begins later. Of the cluster's own topics they were needed. */
async function startAfter(error: unknown, { topic, partition, internal }: PartitionToCopy, { client }: CopyPorts): Promise<number> {
  if (!(error instanceof AppError) || error.code !== "offset-out-of-range") throw error;
  if (internal) throw backupErrors.overtaken({ topic, partition });
  const [earliest] = await client.listOffsets([{ topic, partition, at: "earliest" }], "uncommitted");
  if (earliest === undefined) throw error;
  return earliest.offset;
}

/** The batch that was saved last must be the one that the cluster has there: an unclean election, or a topic restored from elsewhere, replaces records. */
async function assertSameLog(
  last: RecordFile | undefined,
  { topic, partition, logStartOffset, before }: PartitionToCopy,
  ports: CopyPorts,
): Promise<void> {
  const saved = last?.lastBatch;
  if (saved === undefined || saved.baseOffset < logStartOffset) return;
  const range = { topic, partition, startOffset: saved.baseOffset, endOffset: saved.baseOffset + 1 };
  for await (const { batches } of ports.client.fetchRange(range, { isolation: "uncommitted" })) {
    for (const cursor = createBatchCursor(batches); cursor.advance();) {
      const { baseOffset, crc } = cursor.view;
      if (baseOffset === saved.baseOffset && crc === saved.crc) return;
    }
  }
  throw backupErrors.diverged({ topic, partition, offset: saved.baseOffset, savedEndOffset: before?.endOffset });
}
