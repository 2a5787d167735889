import type { DecodedRecord } from "@millrace/records";
import { jsonLine } from "../output/json.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A record as a line: its value as text, its key before it if asked for, or everything as JSON. */
export function recordLine(
  record: DecodedRecord,
  place: { readonly topic: string; readonly partition: number },
  options: { readonly json?: boolean; readonly keySeparator?: string },
): string {
  if (options.json !== true) {
    const key = options.keySeparator === undefined ? "" : `${lossyText(record.key)}${options.keySeparator}`;
    return `${key}${lossyText(record.value)}\n`;
  }
  return jsonLine({
    ...place,
    offset: record.offset,
    timestamp: record.timestamp,
    key: exactText(record.key),
    value: exactText(record.value),
    ...(record.headers.length === 0
      ? {}
      : { headers: record.headers.map((header) => ({ key: header.key, value: exactText(header.value) })) }),
  });
}

function lossyText(bytes: Uint8Array | null): string {
  return bytes === null ? "null" : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** Text where the bytes are text, else { base64 }: nothing is lost. */
function exactText(bytes: Uint8Array | null): string | null | { readonly base64: string } {
  if (bytes === null) return null;
  try {
    return utf8.decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString("base64") };
  }
}
