import { AppError, decodingOf, type OperatorNode, topicPartitionKey } from "@millrace/model";
import type { LogRecord } from "@millrace/ports";
import type { RecordHeader, RecordOffsets } from "@millrace/records";
import { badRecord } from "../errors.ts";
import type { CallTrail } from "../runtime/call-trail.ts";
import type { SinkRecord, SourceTask } from "../runtime/runtime-types.ts";
import { DecodeFailure } from "../serde/json-fields.ts";
import { createValueDecoder, type ValueDecoder } from "../serde/value-decoder.ts";
import type { SourceSplitMemory } from "../state/source-split-memory.ts";
import { type BadRecord, deadLetterOf } from "./dead-letter.ts";
import type { Emit, OperatorEnvironment } from "./environment.ts";
import { logRecordReader } from "./log-records.ts";

/** Where a source task stands, for messages. */
export class SourcePosition {
  readonly #partition: string;
  readonly #trail: CallTrail;
  readonly #number: number;
  #offset: number | undefined;
  /** Of a record of another log: its own place there. */
  #elsewhere: string | undefined;

  constructor(task: SourceTask, trail: CallTrail) {
    this.#partition = topicPartitionKey(task.topic, task.partition);
    this.#trail = trail;
    this.#number = trail.partition(this.#partition);
  }

  at(offset: number): void {
    this.#offset = offset;
    this.#trail.at(this.#number, offset);
  }

  atRecord({ topic, partition, offset }: LogRecord): void {
    this.at(offset);
    this.#elsewhere = `${topicPartitionKey(topic, partition)}@${offset}`;
  }

  /** Between records. */
  leave(): void {
    this.#offset = undefined;
    this.#elsewhere = undefined;
    this.#trail.leave();
  }

  /** topic-partition@offset of the record in hand; undefined between records. */
  text(): string | undefined {
    return this.#offset === undefined ? undefined : (this.#elsewhere ?? `${this.#partition}@${this.#offset}`);
  }
}

/** Elements of one list, and what is known of them. */
export interface PushedElements {
  readonly elements: Iterable<unknown>;
  /** Time of those without one of their own. */
  readonly timeMs: number;
  readonly timestampsMs?: readonly number[] | undefined;
  readonly position?: number | undefined;
}

/** Turns the records of one partition into elements, straight from batch bytes. */
export class SourceReader {
  readonly #environment: OperatorEnvironment<OperatorNode & { kind: "source" }>;
  readonly #task: SourceTask;
  readonly #next: Emit;
  readonly #write: (record: SinkRecord) => void;
  readonly #position: SourcePosition;
  readonly #element: (records: RecordOffsets, index: number) => unknown;
  /** Of a source that gives records of another log. */
  readonly #logRecord: ((record: LogRecord) => unknown) | undefined;
  /** What the split remembers, of a source that is no topic. */
  readonly memory: SourceSplitMemory | undefined;
  badRecords = 0;

  constructor(options: {
    readonly environment: OperatorEnvironment<OperatorNode & { kind: "source" }>;
    readonly task: SourceTask;
    readonly position: SourcePosition;
    readonly next: Emit;
    /** Takes dead letters. */
    readonly write: (record: SinkRecord) => void;
    readonly memory?: SourceSplitMemory | undefined;
  }) {
    this.memory = options.memory;
    this.#environment = options.environment;
    this.#task = options.task;
    this.#position = options.position;
    this.#next = options.next;
    this.#write = options.write;
    this.#element = this.#elementReader();
    const { operator, formats } = options.environment;
    const records = operator.source.type === "connector" ? operator.source.records : undefined;
    this.#logRecord = records === undefined ? undefined : logRecordReader(records, formats);
  }

  /** Pushes the records with startOffset ≤ offset < endOffset; returns how many, and the bytes of their keys and values. */
  push(records: RecordOffsets, startOffset: number, endOffset: number): { readonly records: number; readonly bytes: number } {
    const { offsets, timestamps, keyLengths, valueLengths, count } = records;
    const position = this.#position;
    const next = this.#next;
    let pushed = 0;
    let bytes = 0;
    for (let index = 0; index < count; index++) {
      const offset = offsets[index] ?? -1;
      if (offset < startOffset || offset >= endOffset) continue;
      position.at(offset);
      pushed++;
      bytes += Math.max(keyLengths[index] ?? 0, 0) + Math.max(valueLengths[index] ?? 0, 0);
      let element: unknown;
      try {
        element = this.#element(records, index);
      } catch (error) {
        this.#refuse(error, badRecordOf(records, index));
        continue;
      }
      next(element, timestamps[index] ?? NaN);
    }
    position.leave();
    this.#environment.counts.recordsIn += pushed;
    return { records: pushed, bytes };
  }

  /** Elements that come as values, not as bytes; `position` is that of the first one, where it is known. */
  pushElements({ elements, timeMs, timestampsMs, position }: PushedElements): number {
    if (this.#logRecord !== undefined) return this.#pushLogRecords(elements as Iterable<LogRecord>, this.#logRecord);
    let count = 0;
    if (position !== undefined) this.#position.at(position);
    for (const element of elements) {
      this.#next(element, timestampsMs?.[count] ?? timeMs);
      count++;
    }
    if (position !== undefined) this.#position.leave();
    this.#environment.counts.recordsIn += count;
    return count;
  }

  #pushLogRecords(records: Iterable<LogRecord>, elementOf: (record: LogRecord) => unknown): number {
    let count = 0;
    for (const record of records) {
      this.#position.atRecord(record);
      count++;
      let element: unknown;
      try {
        element = elementOf(record);
      } catch (error) {
        this.#refuse(error, record);
        continue;
      }
      this.#next(element, record.timestampMs);
    }
    this.#position.leave();
    this.#environment.counts.recordsIn += count;
    return count;
  }

  #refuse(error: unknown, record: BadRecord): void {
    if (!(error instanceof DecodeFailure))
      throw error instanceof AppError ? error : new AppError({ kind: "internal", code: "internal", message: String(error), cause: error });
    const { operator } = this.#environment;
    const onBadRecord = decodingOf(operator.source)?.onBadRecord ?? "fail";
    if (onBadRecord === "fail") throw badRecord(error.message, { operator: operator.id, position: this.#position.text() ?? "" });
    this.badRecords++;
    if (onBadRecord === "skip") return;
    const place = { operator: operator.id, slot: this.#task.index, position: this.#position.text() ?? "" };
    this.#write(deadLetterOf({ ...place, reason: error.message }, record));
  }

  #elementReader(): (records: RecordOffsets, index: number) => unknown {
    const { source } = this.#environment.operator;
    const { formats } = this.#environment;
    if (source.type === "connector") return assertElements;
    const decodeValue = createValueDecoder(source.value, formats);
    const decodeKey = source.key === undefined ? undefined : createValueDecoder(source.key, formats);
    switch (source.elements) {
      case "value":
        return (records, index) => valueOf(decodeValue, records, index);
      case "pair":
        return (records, index) => {
          const key = keyOf(decodeKey, records, index);
          if (key === undefined) throw new DecodeFailure("it has no key, and the source yields [key, value] pairs");
          return [key, valueOf(decodeValue, records, index)];
        };
      case "record":
        return (records, index) => ({
          key: keyOf(decodeKey, records, index),
          value: valueOf(decodeValue, records, index),
          timestamp: records.timestamps[index],
          partition: this.#task.partition,
          offset: records.offsets[index],
          headers: records.headers(index).map(headerPair),
        });
    }
  }
}

function badRecordOf(records: RecordOffsets, index: number): BadRecord {
  const headers = records.headers(index).map(({ key, value }) => [key, value] as const);
  return { key: records.key(index), value: records.value(index), timestampMs: records.timestamps[index] ?? 0, headers };
}

function assertElements(): never {
  throw new Error("a source that is no topic gives elements, not records");
}

function valueOf(decode: ValueDecoder, records: RecordOffsets, index: number): unknown {
  const length = records.valueLengths[index] ?? -1;
  const start = records.valueStarts[index] ?? 0;
  if (length < 0) throw new DecodeFailure("it has no value (a tombstone)");
  return decode(records.bytes, start, start + length);
}

function keyOf(decode: ValueDecoder | undefined, records: RecordOffsets, index: number): unknown {
  const length = records.keyLengths[index] ?? -1;
  const start = records.keyStarts[index] ?? 0;
  if (length < 0) return undefined;
  return decode === undefined ? records.bytes.subarray(start, start + length) : decode(records.bytes, start, start + length);
}

const NO_BYTES = new Uint8Array(0);

function headerPair(header: RecordHeader): readonly [string, Uint8Array] {
  return [header.key, header.value ?? NO_BYTES];
}
