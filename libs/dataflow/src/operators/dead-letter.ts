import type { RecordOffsets } from "@millrace/records";
import type { SinkRecord } from "../runtime/runtime-types.ts";

/** Headers of a dead letter beside the record's own; names that other dead-letter queues use in their own words. */
export const DEAD_LETTER_HEADERS = {
  reason: "millrace.error",
  position: "millrace.position",
  operator: "millrace.operator",
} as const;

const encoder = new TextEncoder();

/** A record that could not be decoded, as it is, with the reason and its place in headers: all that is needed to mend it and send it again. */
export function deadLetterOf(
  source: { readonly operator: string; readonly slot: number; readonly position: string; readonly reason: string },
  records: RecordOffsets,
  index: number,
): SinkRecord {
  const { operator, slot, position, reason } = source;
  const own = records.headers(index).map(({ key, value }) => ({ key, value: value?.slice() ?? new Uint8Array() }));
  const why = Object.entries({ reason, position, operator }).map(([name, text]) => ({
    key: DEAD_LETTER_HEADERS[name as keyof typeof DEAD_LETTER_HEADERS],
    value: encoder.encode(text),
  }));
  return {
    sink: operator,
    slot,
    key: records.key(index)?.slice() ?? null,
    value: records.value(index)?.slice() ?? null,
    timestampMs: records.timestamps[index] ?? 0,
    headers: [...own, ...why],
  };
}
