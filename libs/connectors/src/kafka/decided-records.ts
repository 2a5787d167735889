import type { KafkaRecord, RecordsBatch } from "@platformatic/kafka";

/** A record of another cluster, of a transaction that committed or of none. */
export interface DecidedRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [string, Uint8Array | null])[];
}

interface Waiting {
  readonly record: DecidedRecord;
  /** Undefined until the transaction's marker is seen. */
  isIn: boolean | undefined;
}

const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b10_0000;
const LOG_APPEND_TIME = 0b1000;

/**
 * Tells committed records from aborted ones by the markers in the log itself, in order of offsets. Reads uncommitted batches, since the client's own
 * filter keeps only the last aborted range of a producer per answer; what has no marker yet holds back what follows it.
 */
export class DecidedRecords {
  #queue: Waiting[] = [];
  readonly #open = new Map<bigint, Waiting[]>();

  readonly #inOrder: boolean;

  /** `inOrder: false`: what is decided comes in order of decisions, and waits for nothing else. */
  constructor({ inOrder = true }: { readonly inOrder?: boolean } = {}) {
    this.#inOrder = inOrder;
  }

  /** Records of the batches that are decided now, those of earlier calls first. */
  add(batches: readonly RecordsBatch[]): DecidedRecord[] {
    for (const batch of batches) {
      if ((batch.attributes & CONTROL) !== 0) this.#end(batch);
      else this.#append(batch);
    }
    if (!this.#inOrder) return this.#takeDecided();
    const undecided = this.#queue.findIndex(({ isIn }) => isIn === undefined);
    const decided = undecided === -1 ? this.#queue : this.#queue.slice(0, undecided);
    this.#queue = undecided === -1 ? [] : this.#queue.slice(undecided);
    return decided.filter(({ isIn }) => isIn === true).map(({ record }) => record);
  }

  /** Offset of the first record without a decision; undefined if there is none. */
  get undecidedFrom(): number | undefined {
    return this.#queue[0]?.record.offset;
  }

  #takeDecided(): DecidedRecord[] {
    const decided = this.#queue.filter(({ isIn }) => isIn === true);
    this.#queue = this.#queue.filter(({ isIn }) => isIn === undefined);
    return decided.map(({ record }) => record);
  }

  #append(batch: RecordsBatch): void {
    const isTransactional = (batch.attributes & TRANSACTIONAL) !== 0;
    const open = isTransactional ? (this.#open.get(batch.producerId) ?? []) : undefined;
    if (open !== undefined) this.#open.set(batch.producerId, open);
    for (const record of batch.records) {
      const waiting = { record: decode(batch, record), isIn: isTransactional ? undefined : true };
      this.#queue.push(waiting);
      open?.push(waiting);
    }
  }

  /** Key of a marker: version, then 0 abort or 1 commit. */
  #end(batch: RecordsBatch): void {
    const type = batch.records[0]?.key?.readInt16BE(2);
    for (const waiting of this.#open.get(batch.producerId) ?? []) waiting.isIn = type === 1;
    this.#open.delete(batch.producerId);
  }
}

function decode(batch: RecordsBatch, record: KafkaRecord): DecidedRecord {
  const isAppendTime = (batch.attributes & LOG_APPEND_TIME) !== 0;
  return {
    offset: Number(batch.firstOffset) + record.offsetDelta,
    timestampMs: Number(isAppendTime ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta),
    key: record.key,
    value: record.value,
    headers: record.headers.map(([name, value]) => [name?.toString("utf8") ?? "", value]),
  };
}
