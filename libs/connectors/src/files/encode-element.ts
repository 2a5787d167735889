import type { SinkOutput } from "@millrace/ports";
import { errors } from "../errors.ts";

export type FileFormat = "json" | "text" | "csv";

/** A record as a line of its file. */
export type LineEncoder = (output: SinkOutput) => Uint8Array;

const encoder = new TextEncoder();

/** JSON and text come encoded from the job's serde; CSV is made here, in the order of `columns`. */
export function lineEncoder(format: FileFormat, columns: readonly string[]): LineEncoder {
  if (format === "csv") return ({ element }) => encoder.encode(`${csvLine(element, columns)}\n`);
  return ({ value }) => {
    if (value === null) throw errors.value("files", `a ${format} file takes elements, got nothing: filter undefined and null out`);
    if (format === "text" && value.includes(10))
      throw errors.value("files", "a text file has an element per line: take line breaks out of it");
    const line = new Uint8Array(value.length + 1);
    line.set(value);
    line[value.length] = 10;
    return line;
  };
}

/** The first line of a CSV file. */
export function csvHeader(columns: readonly string[]): Uint8Array {
  return encoder.encode(`${columns.map(csvField).join(",")}\n`);
}

function csvLine(element: unknown, columns: readonly string[]): string {
  if (typeof element !== "object" || element === null) throw errors.value("files", `a CSV file takes objects, got ${typeof element}`);
  const row = element as Readonly<Record<string, unknown>>;
  return columns.map((column) => csvField(row[column])).join(",");
}

/** RFC 4180: quoted where it holds a comma, a quote or a line break; undefined and null are empty. */
function csvField(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
