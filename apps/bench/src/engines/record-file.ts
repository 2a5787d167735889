import { closeSync, openSync, readSync, writeSync } from "node:fs";

/** A record as native/kafka-files.c writes and reads it. */
export interface FileRecord {
  readonly partition: number;
  readonly key: Uint8Array | undefined;
  readonly value: Uint8Array;
  readonly timestampMs: number;
}

/** Partition, length of key, length of value, 0, timestamp. */
const HEAD_BYTES = 24;
const BUFFER_BYTES = 4_194_304;

/** Writes records one after another; `close` writes what is left. Without a path they are counted only. */
export class RecordFileWriter {
  readonly #file: number | undefined;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #used = 0;
  #payloadBytes = 0;
  #records = 0;

  constructor(path: string | undefined) {
    this.#file = path === undefined ? undefined : openSync(path, "w");
  }

  get records(): number {
    return this.#records;
  }

  /** Bytes of all keys and values. */
  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  /** `key` and `value` in Latin letters: a byte for each. */
  add({ partition, key, value, timestampMs }: Omit<FileRecord, "key" | "value"> & { readonly key?: string; readonly value: string }): void {
    const bytes = HEAD_BYTES + (key?.length ?? 0) + value.length;
    if (this.#used + bytes > BUFFER_BYTES) this.#flush();
    let at = this.#used;
    at = this.#buffer.writeInt32LE(partition, at);
    at = this.#buffer.writeInt32LE(key === undefined ? -1 : key.length, at);
    at = this.#buffer.writeInt32LE(value.length, at);
    at = this.#buffer.writeInt32LE(0, at);
    at = this.#buffer.writeBigInt64LE(BigInt(timestampMs), at);
    if (key !== undefined) at += this.#buffer.write(key, at, "latin1");
    at += this.#buffer.write(value, at, "latin1");
    this.#used = at;
    this.#records++;
    this.#payloadBytes += bytes - HEAD_BYTES;
  }

  close(): void {
    this.#flush();
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #flush(): void {
    if (this.#file !== undefined) writeSync(this.#file, this.#buffer, 0, this.#used);
    this.#used = 0;
  }
}

/** Every record of a file in order; views that hold until the next one. */
export function* readRecordFile(path: string): Generator<FileRecord> {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(BUFFER_BYTES);
    let [at, end] = [0, 0];
    const has = (bytes: number): boolean => {
      if (end - at >= bytes) return true;
      buffer.copyWithin(0, at, end);
      [at, end] = [0, end - at];
      while (end < bytes) {
        const read = readSync(file, buffer, end, BUFFER_BYTES - end, null);
        if (read === 0) return false;
        end += read;
      }
      return true;
    };
    while (has(HEAD_BYTES)) {
      const [keyLength, valueLength] = [buffer.readInt32LE(at + 4), buffer.readInt32LE(at + 8)];
      const keyBytes = Math.max(0, keyLength);
      if (!has(HEAD_BYTES + keyBytes + valueLength)) throw new Error(`${path} ends within a record`);
      const keyAt = at + HEAD_BYTES;
      yield {
        partition: buffer.readInt32LE(at),
        key: keyLength < 0 ? undefined : buffer.subarray(keyAt, keyAt + keyLength),
        value: buffer.subarray(keyAt + keyBytes, keyAt + keyBytes + valueLength),
        timestampMs: Number(buffer.readBigInt64LE(at + 16)),
      };
      at = keyAt + keyBytes + valueLength;
    }
  } finally {
    closeSync(file);
  }
}
