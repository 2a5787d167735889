import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import type { ProducerRecord } from "@millrace/client";
import type { ProduceOptions } from "../commands/records.ts";
import { cliError } from "../errors.ts";
import { LINE_BYTES_MAX } from "../limits.ts";
import { parseField } from "../record-format.ts";
import type { CliWorld } from "../world.ts";
import { linesOf } from "./lines.ts";
import { parseRecordLine } from "./record-line.ts";

/** What `produce` is given: one record from the options, or one a line. */
export async function* inputRecords(options: ProduceOptions, world: CliWorld): AsyncGenerator<ProducerRecord> {
  const { keyFormat, valueFormat, tombstone, value } = options;
  if (tombstone === true && (value !== undefined || options.key === undefined))
    throw cliError("bad-argument", "a tombstone is a key without a value: give --key, and no --value", { option: "--tombstone" });
  const common = commonOf(options);
  if (tombstone === true) {
    yield { ...common, value: null };
    return;
  }
  if (value !== undefined) {
    yield { ...common, value: parseField(Buffer.from(value), valueFormat, { field: "value" }) };
    return;
  }
  const separator = separatorOf(options);
  if (options.file === undefined && world.isInputTerminal) world.note("type records, one a line; Ctrl-D ends");
  const input = options.file === undefined ? world.input : createReadStream(resolve(world.folder, options.file));
  let line = 0;
  for await (const text of linesOf(input, LINE_BYTES_MAX)) {
    line++;
    if (options.records === true) {
      yield { ...common, ...parseRecordLine(text, line), ...partitionOf(options) };
      continue;
    }
    const at = separator === undefined ? -1 : text.indexOf(separator);
    if (separator === undefined || at < 0) {
      yield { ...common, value: parseField(text, valueFormat, { field: "value", line }) };
      continue;
    }
    const key = parseField(text.subarray(0, at), keyFormat, { field: "key", line });
    yield { ...common, key, value: parseField(text.subarray(at + separator.byteLength), valueFormat, { field: "value", line }) };
  }
}

/** What every record has. */
function commonOf(options: ProduceOptions): Omit<ProducerRecord, "value"> {
  const { key, keyFormat, header, timestamp } = options;
  return {
    ...(key === undefined ? {} : { key: parseField(Buffer.from(key), keyFormat, { field: "key" }) }),
    ...(header === undefined ? {} : { headers: Object.entries(header).map(([name, text]) => ({ key: name, value: Buffer.from(text) })) }),
    ...(timestamp === undefined ? {} : { timestampMs: timestamp }),
    ...partitionOf(options),
  };
}

function partitionOf({ partition }: ProduceOptions): { partition?: number } {
  return partition === undefined ? {} : { partition };
}

function separatorOf({ keySeparator, records }: ProduceOptions): Buffer | undefined {
  if (keySeparator === undefined) return undefined;
  if (keySeparator === "")
    throw cliError("bad-argument", "the key separator must be at least one character", { option: "--key-separator" });
  if (records === true)
    throw cliError("bad-argument", "whole records have their keys in them: leave --key-separator out", { option: "--records" });
  return Buffer.from(keySeparator);
}
