import type { SinkRecord } from "../runtime/runtime-types.ts";

/** Headers of a dead letter beside the record's own; names that other dead-letter queues use in their own words. */
export const DEAD_LETTER_HEADERS = {
  reason: "millrace.error",
  position: "millrace.position",
  operator: "millrace.operator",
} as const;

const encoder = new TextEncoder();

/** What a record had, decoded or not. */
export interface BadRecord {
  readonly key: Uint8Array | null | undefined;
  readonly value: Uint8Array | null | undefined;
  readonly timestampMs: number;
  readonly headers: readonly (readonly [name: string, value: Uint8Array | null])[];
}

/** A record that could not be decoded, as it is, with the reason and its place in headers: all that is needed to mend it and send it again. Its bytes are copied. */
export function deadLetterOf(
  source: { readonly operator: string; readonly slot: number; readonly position: string; readonly reason: string },
  record: BadRecord,
): SinkRecord {
  const { operator, slot, position, reason } = source;
  const own = record.headers.map(([key, value]) => ({ key, value: value?.slice() ?? new Uint8Array() }));
  const why = Object.entries({ reason, position, operator }).map(([name, text]) => ({
    key: DEAD_LETTER_HEADERS[name as keyof typeof DEAD_LETTER_HEADERS],
    value: encoder.encode(text),
  }));
  return {
    sink: operator,
    slot,
    key: record.key?.slice() ?? null,
    value: record.value?.slice() ?? null,
    timestampMs: record.timestampMs,
    headers: [...own, ...why],
  };
}
