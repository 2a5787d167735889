import { Packr } from "msgpackr";
import type { RecordFormat } from "./commands/records.ts";
import { cliError } from "./errors.ts";

/** Plain MessagePack, as every other library writes it. */
const msgpack = new Packr({ useRecords: false, variableMapSize: true });

/** Bytes of what stands on a line; msgpack is written as the JSON of its value. */
export function parseField(
  text: Buffer,
  format: RecordFormat,
  place: { readonly field: "key" | "value"; readonly line?: number },
): Uint8Array {
  switch (format) {
    case "string":
      return text;
    case "json":
      jsonOf(text, place);
      return text;
    case "msgpack":
      return Uint8Array.from(msgpack.pack(jsonOf(text, place)));
    default: {
      const encoded = text.toString("latin1").trim();
      const isRight = format === "hex" ? /^([0-9a-f]{2})*$/i : /^[A-Za-z0-9+/]*={0,2}$/;
      if (!isRight.test(encoded) || (format === "base64" && encoded.replace(/=+$/, "").length % 4 === 1))
        throw cliError(
          "bad-record-format",
          `the ${place.field} is not ${format}: write it so, or choose another --${place.field}-format`,
          whereOf(place),
        );
      return Buffer.from(encoded, format);
    }
  }
}

/** What stands on a line for bytes; those that are not of the format are refused with the way out. */
export function formatField(
  bytes: Uint8Array | null,
  format: RecordFormat,
  place: { readonly field: "key" | "value"; readonly offset: number },
): string {
  if (bytes === null) return "null";
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (format === "string") return buffer.toString("utf8");
    if (format === "json") return JSON.stringify(JSON.parse(buffer.toString("utf8")));
    if (format === "msgpack") return JSON.stringify(msgpack.unpack(buffer), plainNumbers);
    return buffer.toString(format);
  } catch (error) {
    throw cliError(
      "bad-record-format",
      `the ${place.field} is not ${format}: choose another --${place.field}-format, hex shows any bytes`,
      {
        offset: place.offset,
        cause: error instanceof Error ? error.message : undefined,
      },
    );
  }
}

function jsonOf(text: Buffer, place: { readonly field: "key" | "value"; readonly line?: number }): unknown {
  try {
    return JSON.parse(text.toString("utf8")) as unknown;
  } catch (error) {
    const cause = error instanceof Error ? error.message : undefined;
    throw cliError("bad-record-format", `the ${place.field} is not JSON: write it so, or choose another --${place.field}-format`, {
      ...whereOf(place),
      cause,
    });
  }
}

/** The line, where there are lines; the message has the field. */
function whereOf({ line }: { readonly line?: number }): { readonly line?: number } {
  return line === undefined ? {} : { line };
}

function plainNumbers(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}
