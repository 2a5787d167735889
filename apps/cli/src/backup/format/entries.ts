import { AppError } from "@millrace/model";
import type { SavedGroup } from "../create/survey.ts";
import { backupErrors } from "../errors.ts";

/** One entry of the coordination store of one job; `key` is below the job's own. */
export interface SavedJobEntry {
  readonly jobId: string;
  readonly name: string;
  readonly key: string;
  readonly value: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LENGTH_BYTES = 4;

export function encodeGroup(group: SavedGroup): Uint8Array {
  return encoder.encode(JSON.stringify(group));
}

export function decodeGroup(bytes: Uint8Array): SavedGroup {
  return parse(bytes) as SavedGroup;
}

/** Length of the JSON, the JSON (everything but the value), the value. */
export function encodeJobEntry({ value, ...head }: SavedJobEntry): Uint8Array {
  const json = encoder.encode(JSON.stringify(head));
  const bytes = new Uint8Array(LENGTH_BYTES + json.length + value.length);
  new DataView(bytes.buffer).setUint32(0, json.length);
  bytes.set(json, LENGTH_BYTES);
  bytes.set(value, LENGTH_BYTES + json.length);
  return bytes;
}

export function decodeJobEntry(bytes: Uint8Array): SavedJobEntry {
  const length = bytes.length < LENGTH_BYTES ? Infinity : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (LENGTH_BYTES + length > bytes.length) throw backupErrors.damaged({ cause: "an entry of a job is cut off" });
  const head = parse(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length)) as Omit<SavedJobEntry, "value">;
  return { ...head, value: bytes.slice(LENGTH_BYTES + length) };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw error instanceof AppError ? error : backupErrors.damaged({ cause: "an entry is not JSON" }, error);
  }
}
