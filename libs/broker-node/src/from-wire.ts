import { type Header as WireHeader, Isolation as WireIsolation, type Record as WireRecord } from "@millrace/contracts";
import type { Isolation } from "@millrace/log-engine";
import type { TopicId } from "@millrace/model";
import type { DecodedRecord, RecordHeader } from "@millrace/records";

/** A topic id of a generated message. */
export function topicIdOf(text: string): TopicId {
  return text as TopicId;
}

export function isolationOf(isolation: WireIsolation): Isolation {
  return isolation === WireIsolation.READ_COMMITTED ? "read-committed" : "read-uncommitted";
}

const NO_HEADERS: readonly RecordHeader[] = [];

export function headersOf(record: WireRecord): readonly RecordHeader[] {
  return record.headers.length === 0 ? NO_HEADERS : record.headers.map(({ key, value }: WireHeader) => ({ key, value: value ?? null }));
}

/** A decoded record as a message; absent stands for null. */
export function recordToWire(record: DecodedRecord) {
  return {
    offset: BigInt(record.offset),
    timestampMs: BigInt(record.timestamp),
    ...(record.key === null ? {} : { key: record.key }),
    ...(record.value === null ? {} : { value: record.value }),
    headers: record.headers.map(({ key, value }) => (value === null ? { key } : { key, value })),
  };
}
