import { createHash } from "node:crypto";
import type { Client } from "@millrace/client";
import { createBatchCursor, type RecordBatchView } from "@millrace/records";

/** A batch by everything that a backup keeps: all but the leader epoch, the producer's id and the checksum over it. */
export interface BatchImage {
  readonly baseOffset: number;
  readonly isControl: boolean;
  readonly content: string;
}

const PRODUCER_ID_POSITION = 43;
const PRODUCER_ID_END = 51;
const ATTRIBUTES_POSITION = 21;

/** Batches of a partition from its start to its end, as they stand in the log. */
export async function imageOf(client: Client, { topic, partition }: { topic: string; partition: number }): Promise<readonly BatchImage[]> {
  const [earliest] = await client.listOffsets([{ topic, partition, at: "earliest" }], "uncommitted");
  const [latest] = await client.listOffsets([{ topic, partition, at: "latest" }], "uncommitted");
  const range = { topic, partition, startOffset: earliest?.offset ?? 0, endOffset: latest?.offset ?? 0 };
  const images: BatchImage[] = [];
  for await (const { batches } of client.fetchRange(range, { isolation: "uncommitted" }))
    for (const cursor = createBatchCursor(batches); cursor.advance();) images.push(imageOfBatch(cursor.view));
  return images;
}

function imageOfBatch(view: RecordBatchView): BatchImage {
  const bytes = view.subarray();
  const hash = createHash("sha256");
  hash.update(bytes.subarray(ATTRIBUTES_POSITION, PRODUCER_ID_POSITION));
  hash.update(bytes.subarray(PRODUCER_ID_END));
  return { baseOffset: view.baseOffset, isControl: view.isControl, content: hash.digest("hex") };
}

/** What of a restored partition is not as the original was; the control batches at its end that only it has are counted. */
export function compareImages(original: readonly BatchImage[], restored: readonly BatchImage[]): { faults: string[]; added: number } {
  const byOffset = new Map(original.map((batch) => [batch.baseOffset, batch.content]));
  const first = restored[0]?.baseOffset ?? 0;
  const isAdded = ({ baseOffset, content, isControl }: BatchImage): boolean => isControl && byOffset.get(baseOffset) !== content;
  const kept = restored.slice(0, restored.findLastIndex((batch) => !isAdded(batch)) + 1);
  const wrong = kept.filter(({ baseOffset, content }) => byOffset.get(baseOffset) !== content);
  const last = kept.at(-1)?.baseOffset ?? -1;
  const offsets = new Set(kept.map(({ baseOffset }) => baseOffset));
  const missing = original.filter(({ baseOffset }) => baseOffset >= first && baseOffset <= last && !offsets.has(baseOffset));
  const faults = [
    ...(wrong.length > 0 ? [`${wrong.length} batches differ, the first at ${wrong[0]?.baseOffset ?? -1}`] : []),
    ...(missing.length > 0 ? [`${missing.length} batches are missing, the first at ${missing[0]?.baseOffset ?? -1}`] : []),
  ];
  return { faults, added: restored.length - kept.length };
}
