import type { ProducerRecord } from "@millrace/client";
import type { DecodedRecord } from "@millrace/records";
import type { FormatOptions, PrintedField } from "../commands/records.ts";
import { cliError } from "../errors.ts";
import { jsonLine } from "../output/json.ts";
import { formatField } from "../record-format.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** How a record is printed. */
export interface LineOptions extends FormatOptions {
  readonly json?: boolean;
  readonly keySeparator?: string;
  readonly print?: readonly PrintedField[];
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** A record as a line: its value, its key before it if asked for, chosen fields with tabs between, or everything as JSON. */
export function recordLine(record: DecodedRecord, place: Place, options: LineOptions): string {
  if (options.json === true) return jsonRecord(record, place, options);
  if (options.print !== undefined) return `${options.print.map((field) => fieldOf(record, place, { field, options })).join("\t")}\n`;
  const { offset } = record;
  const key =
    options.keySeparator === undefined
      ? ""
      : `${formatField(record.key, options.keyFormat, { field: "key", offset })}${options.keySeparator}`;
  return `${key}${formatField(record.value, options.valueFormat, { field: "value", offset })}\n`;
}

function fieldOf(
  record: DecodedRecord,
  { partition }: Place,
  { field, options }: { readonly field: PrintedField; readonly options: LineOptions },
): string {
  const { offset } = record;
  switch (field) {
    case "partition":
      return String(partition);
    case "offset":
      return String(offset);
    case "timestamp":
      return String(record.timestamp);
    case "headers":
      return record.headers.map(({ key, value }) => `${key}=${value === null ? "null" : Buffer.from(value).toString("utf8")}`).join(",");
    case "key":
      return formatField(record.key, options.keyFormat, { field, offset });
    default:
      return formatField(record.value, options.valueFormat, { field, offset });
  }
}

function jsonRecord(record: DecodedRecord, place: Place, { keyFormat, valueFormat }: FormatOptions): string {
  const { offset } = record;
  // As text the bytes are told exactly; in another format as that says.
  const told = (field: "key" | "value", format: FormatOptions["keyFormat"]): unknown => {
    const bytes = record[field];
    if (format === "string" || bytes === null) return exactText(bytes);
    const text = formatField(bytes, format, { field, offset });
    return format === "json" || format === "msgpack" ? (JSON.parse(text) as unknown) : text;
  };
  return jsonLine({
    ...place,
    offset,
    timestamp: record.timestamp,
    key: told("key", keyFormat),
    value: told("value", valueFormat),
    ...(record.headers.length === 0
      ? {}
      : { headers: record.headers.map((header) => ({ key: header.key, value: exactText(header.value) })) }),
  });
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

/** The inverse of a JSON line: key, value, headers and timestamp of a record; a value that is neither text nor { base64 } is taken as JSON. */
export function parseRecordLine(line: Buffer, lineNumber: number): Omit<ProducerRecord, "partition"> {
  const bad = (cause: string): Error =>
    cliError("bad-record-format", "the line is not a record as consume --json prints it: { key, value, headers, timestamp }", {
      line: lineNumber,
      cause,
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.toString("utf8"));
  } catch (error) {
    throw bad(error instanceof Error ? error.message : "not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || !("value" in parsed)) throw bad("no value");
  const { value, key, headers, timestamp } = parsed as Readonly<Record<string, unknown>>;
  if (timestamp !== undefined && !Number.isSafeInteger(timestamp)) throw bad("timestamp is no whole number");
  if (headers !== undefined && !Array.isArray(headers)) throw bad("headers are no list");
  return {
    value: bytesOf(value),
    ...(key === undefined || key === null ? {} : { key: bytesOf(key) }),
    ...(timestamp === undefined ? {} : { timestampMs: timestamp as number }),
    ...(headers === undefined ? {} : { headers: headers.map((header: unknown) => headerOf(header, bad)) }),
  };
}

function headerOf(header: unknown, bad: (cause: string) => Error): { key: string; value: Uint8Array | null } {
  const { key, value } = (header ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof key !== "string") throw bad("a header has no key");
  return { key, value: bytesOf(value) };
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return Buffer.from(value);
  const { base64 } = value as { readonly base64?: unknown };
  return typeof base64 === "string" ? Buffer.from(base64, "base64") : Buffer.from(JSON.stringify(value));
}
