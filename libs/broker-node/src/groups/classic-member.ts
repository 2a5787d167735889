import type { Assignment, DescribedMember } from "@millrace/groups";

const NOTHING: Assignment = new Map();

/**
 * What a classic member of protocol type `consumer` subscribes to and has, for people to look at. The bytes are the clients' own affair: what does not read as
 * Kafka's consumer protocol (version int16, then `subscription`: topics [string], or `assignment`: [topic string, partitions [int32]]) is nothing.
 */
export function readClassicMember({ metadata, assignment }: Pick<DescribedMember, "metadata" | "assignment">): {
  readonly topics: readonly string[];
  readonly assignment: Assignment;
} {
  const topics = attempt(metadata, (reader) => reader.list(() => reader.text()));
  const assigned = attempt(assignment, (reader) =>
    reader.list((): [string, readonly number[]] => [reader.text(), reader.list(() => reader.int32())]),
  );
  return { topics: topics ?? [], assignment: assigned === undefined ? NOTHING : new Map(assigned) };
}

function attempt<T>(bytes: Uint8Array, read: (reader: ProtocolReader) => T): T | undefined {
  try {
    const reader = new ProtocolReader(bytes);
    return reader.int16() < 0 ? undefined : read(reader);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // read past the end: another client's own format
    throw error;
  }
}

class ProtocolReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  int16(): number {
    const value = this.#view.getInt16(this.#position);
    this.#position += 2;
    return value;
  }

  int32(): number {
    const value = this.#view.getInt32(this.#position);
    this.#position += 4;
    return value;
  }

  text(): string {
    const length = this.int16();
    const end = this.#position + length;
    if (length < 0 || end > this.#bytes.length) throw new RangeError("text beyond the end");
    const text = utf8.decode(this.#bytes.subarray(this.#position, end));
    this.#position = end;
    return text;
  }

  /** A count that the bytes cannot hold ends in a read past their end before anything grows. */
  list<T>(read: () => T): T[] {
    const count = this.int32();
    if (count < 0 || count > this.#bytes.length) throw new RangeError("more entries than bytes");
    const list: T[] = [];
    for (let index = 0; index < count; index++) list.push(read());
    return list;
  }
}

const utf8 = new TextDecoder();
