import type { Storage } from "@millrace/ports";
import type { Crc32c } from "@millrace/records";
import { logCorrupt } from "./errors.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface SealPorts {
  readonly storage: Storage;
  readonly crc32c: Crc32c;
}

/** A small JSON value and its checksum: readable by people, and a flipped bit is found. */
export function encodeSealed(value: unknown, crc32c: Crc32c): Uint8Array {
  const line = JSON.stringify(value);
  return encoder.encode(`${line}\n${checksumLine(encoder.encode(line), crc32c)}\n`);
}

/** The value; undefined when the checksum does not hold. */
export function decodeSealed(bytes: Uint8Array, crc32c: Crc32c): unknown {
  const end = bytes.indexOf(10);
  if (end < 0) return undefined;
  const line = bytes.subarray(0, end);
  if (decoder.decode(bytes.subarray(end + 1)).trimEnd() !== checksumLine(line, crc32c)) return undefined;
  return JSON.parse(decoder.decode(line)) as unknown;
}

/** Makes a sealed file that is not there, or not whole, yet; its name is durable after the next sync of the folder. */
export async function createSealedFile({ storage, crc32c }: SealPorts, path: string, value: unknown): Promise<void> {
  const file = storage.open(path, { create: true });
  try {
    file.truncate(0);
    file.append([encodeSealed(value, crc32c)]);
    await file.sync();
  } finally {
    file.close();
  }
}

/** Replaces a sealed file atomically. */
export async function writeSealedFile(ports: SealPorts, path: string, value: unknown): Promise<void> {
  await ports.storage.writeFileAtomically(path, encodeSealed(value, ports.crc32c));
}

/** The value of a sealed file; undefined if there is none. Throws `log-corrupt` when its checksum does not hold. */
export function readSealedFile(ports: SealPorts, path: string): unknown {
  const bytes = ports.storage.readFile(path);
  if (bytes === undefined) return undefined;
  const value = decodeSealed(bytes, ports.crc32c);
  if (value === undefined) throw logCorrupt({ file: path });
  return value;
}

function checksumLine(line: Uint8Array, crc32c: Crc32c): string {
  return `crc32c=${(crc32c(line) >>> 0).toString(16).padStart(8, "0")}`;
}
