import { producerEpoch, producerId, timestampMs } from "@millrace/model";
import type { ProducerOwner, TransactionEntry, TransactionRecord, TransactionState } from "./entry.ts";
import { transactionErrors } from "./errors.ts";

const FORMAT_VERSION = 1;
const STATES: readonly TransactionState[] = ["Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort"];
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Key: the transactional id, so that compaction keeps the last state of each. Value: JSON with a version; null ends the id. */
export function encodeTransactionRecord(record: TransactionRecord): { readonly key: Uint8Array; readonly value: Uint8Array | null } {
  const key = encoder.encode(record.transactionalId);
  const { entry } = record;
  if (entry === undefined) return { key, value: null };
  const { producerId: id, producerEpoch: epoch, lastOwner, timeoutMs, state, transactionNumber, startedAtMs, updatedAtMs } = entry;
  const partitions = entry.partitions.map(({ topic, partition }) => [topic, partition]);
  const value = {
    version: FORMAT_VERSION,
    producerId: id,
    producerEpoch: epoch,
    ...(lastOwner === undefined ? {} : { lastOwner: [lastOwner.producerId, lastOwner.producerEpoch] }),
    timeoutMs,
    state,
    transactionNumber,
    partitions,
    startedAtMs,
    updatedAtMs,
  };
  return { key, value: encoder.encode(JSON.stringify(value)) };
}

/** Inverse of `encodeTransactionRecord`; throws `corrupt-transaction-record`, also for a version above the known one. */
export function decodeTransactionRecord(record: { readonly key: Uint8Array | null; readonly value: Uint8Array | null }): TransactionRecord {
  if (record.key === null) throw transactionErrors.corruptRecord({ reason: "no key" });
  try {
    const transactionalId = decoder.decode(record.key);
    return {
      transactionalId,
      entry: record.value === null ? undefined : decodeEntry(transactionalId, JSON.parse(decoder.decode(record.value))),
    };
  } catch (error) {
    throw transactionErrors.corruptRecord({}, error);
  }
}

function decodeEntry(transactionalId: string, value: unknown): TransactionEntry {
  const fields = fieldsOf(value);
  const version = fields.get("version");
  if (version !== FORMAT_VERSION) throw transactionErrors.corruptRecord({ version: String(version) });
  const state = STATES.find((candidate) => candidate === fields.get("state"));
  const partitions = fields.get("partitions");
  if (state === undefined || !Array.isArray(partitions)) throw transactionErrors.corruptRecord({ transactionalId });
  return {
    transactionalId,
    producerId: producerId(numberOf(fields, "producerId")),
    producerEpoch: producerEpoch(numberOf(fields, "producerEpoch")),
    lastOwner: fields.has("lastOwner") ? lastOwnerOf(fields.get("lastOwner")) : undefined,
    timeoutMs: numberOf(fields, "timeoutMs"),
    state,
    transactionNumber: fields.has("transactionNumber") ? numberOf(fields, "transactionNumber") : 0, // records of the first weeks have none
    partitions: partitions.map((pair: unknown) => partitionOf(pair)),
    startedAtMs: timestampMs(numberOf(fields, "startedAtMs")),
    updatedAtMs: timestampMs(numberOf(fields, "updatedAtMs")),
  };
}

function fieldsOf(value: unknown): Map<string, unknown> {
  if (typeof value !== "object" || value === null) throw transactionErrors.corruptRecord({ reason: "not an object" });
  return new Map(Object.entries(value));
}

function numberOf(fields: Map<string, unknown>, name: string): number {
  const value = fields.get(name);
  if (typeof value !== "number") throw transactionErrors.corruptRecord({ field: name });
  return value;
}

function lastOwnerOf(pair: unknown): ProducerOwner {
  const [id, epoch] = Array.isArray(pair) ? (pair as unknown[]) : [];
  if (typeof id !== "number" || typeof epoch !== "number") throw transactionErrors.corruptRecord({ field: "lastOwner" });
  return { producerId: producerId(id), producerEpoch: producerEpoch(epoch) };
}

function partitionOf(pair: unknown): { topic: string; partition: number } {
  if (!Array.isArray(pair)) throw transactionErrors.corruptRecord({ field: "partitions" });
  const [topic, partition] = pair as unknown[];
  if (typeof topic !== "string" || typeof partition !== "number") throw transactionErrors.corruptRecord({ field: "partitions" });
  return { topic, partition };
}
