import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, committedBatches, type Producer } from "@millrace/client";
import type { StatePart, StatePartSchema, TopicLocation } from "@millrace/contracts";
import type { StateSnapshot } from "@millrace/dataflow";
import { CHECKPOINTS_TOPIC } from "@millrace/model";
import { type CompressionCodecs, type Crc32c, readRecords } from "@millrace/records";
import { errors } from "../errors.ts";
import { INLINE_STATE_BYTES_MAX, INLINE_STATE_TOTAL_BYTES_MAX, STATE_RECORD_BYTES_MAX, STATE_RECORDS_UNDER_WAY_MAX } from "../limits.ts";
import { partitionOfJob } from "./sink-marks.ts";

export interface StatePartPorts {
  readonly client: Client;
  readonly crc32c: Crc32c;
  readonly compression: CompressionCodecs;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Where the state of a checkpoint goes. */
export interface CheckpointTarget {
  readonly jobId: string;
  readonly jobEpoch: number;
  readonly batch: number;
  /** Writes outside of any transaction. */
  readonly producer: Producer;
  /** Parts up to this size travel with the report. */
  readonly inlineBytesMax: number;
}

/** What a part may weigh to go inline, when every part of every worker is as heavy. */
export function inlineBytesMax(ownPartCount: number, workerCount: number): number {
  return Math.min(INLINE_STATE_BYTES_MAX, Math.floor(INLINE_STATE_TOTAL_BYTES_MAX / Math.max(1, ownPartCount * workerCount)));
}

/** Writes a part: inline if it is small, else as records as it comes, so that no state need fit into memory twice. Resolves when it is durable. */
export async function storeStatePart(
  snapshot: StateSnapshot & { readonly chunks: Iterable<Uint8Array> },
  target: CheckpointTarget,
  ports: StatePartPorts,
): Promise<MessageInitShape<typeof StatePartSchema>> {
  const { operatorId, taskIndex, keyCount, isFull, chunks } = snapshot;
  let held: Uint8Array[] = [];
  let writer: TopicWriter | undefined;
  let byteCount = 0;
  let crc = 0;
  for (const chunk of chunks) {
    crc = chainedCrc(crc, chunk, ports);
    byteCount += LENGTH_BYTES + chunk.length;
    held.push(lengthOf(chunk), chunk);
    if (byteCount <= target.inlineBytesMax) continue;
    writer ??= await TopicWriter.open(`${operatorId}/${taskIndex}`, target, ports);
    await writer.write(held);
    held = [];
  }
  const location =
    writer === undefined ? ({ case: "inline", value: concat(held) } as const) : ({ case: "topic", value: await writer.close() } as const);
  const part = { operatorId, taskIndex, batch: BigInt(target.batch), keyCount: BigInt(keyCount), byteCount: BigInt(byteCount) };
  return { ...part, crc32c: crc, delta: !isFull, location };
}

/** The chunks of a part, wherever they are; anything missing or damaged is an error, never an empty state. What is yielded counts only when the end is reached. */
export async function* loadStatePart(part: StatePart, ports: StatePartPorts): AsyncGenerator<Uint8Array, void, undefined> {
  const { location } = part;
  const pieces = location.case === "topic" ? readFromTopic(location.value, ports) : [location.value ?? new Uint8Array()];
  let rest: Uint8Array = new Uint8Array();
  let byteCount = 0;
  let crc = 0;
  for await (const piece of pieces) {
    byteCount += piece.length;
    rest = rest.length === 0 ? piece : concat([rest, piece]);
    for (let length = chunkLength(rest); length !== undefined && rest.length >= LENGTH_BYTES + length; length = chunkLength(rest)) {
      const chunk = rest.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
      crc = chainedCrc(crc, chunk, ports);
      yield chunk;
      rest = rest.subarray(LENGTH_BYTES + length);
    }
  }
  if (byteCount === Number(part.byteCount) && crc === part.crc32c && rest.length === 0) return;
  throw errors.stateDamaged({ operator: part.operatorId, task: part.taskIndex, bytes: byteCount, expected: Number(part.byteCount) });
}

const LENGTH_BYTES = 4;

/** Checksum of all chunks so far: of the former checksum and the chunk's own. */
function chainedCrc(former: number, chunk: Uint8Array, { crc32c }: StatePartPorts): number {
  const both = new DataView(new ArrayBuffer(8));
  both.setUint32(0, former);
  both.setUint32(4, crc32c(chunk));
  return crc32c(new Uint8Array(both.buffer));
}

function lengthOf(chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES);
  new DataView(bytes.buffer).setUint32(0, chunk.length);
  return bytes;
}

function chunkLength(bytes: Uint8Array): number | undefined {
  return bytes.length < LENGTH_BYTES ? undefined : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    whole.set(piece, position);
    position += piece.length;
  }
  return whole;
}

/** A part as records. The key names the writer's epoch too: a part that a cut-off worker of an older one still wrote is another part. */
class TopicWriter {
  readonly #target: CheckpointTarget;
  readonly #partition: number;
  readonly #key: string;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #recordCount = 0;
  /** Offsets of records on their way, oldest first. */
  readonly #underWay: Promise<number>[] = [];
  #firstOffset: Promise<number> | undefined;

  private constructor(key: string, partition: number, target: CheckpointTarget) {
    this.#key = key;
    this.#partition = partition;
    this.#target = target;
  }

  static async open(part: string, target: CheckpointTarget, { client }: StatePartPorts): Promise<TopicWriter> {
    const partition = await partitionOfJob(target.jobId, CHECKPOINTS_TOPIC, client);
    await target.producer.open([CHECKPOINTS_TOPIC]);
    return new TopicWriter(`${target.jobId}/${target.jobEpoch}/${part}/${target.batch}`, partition, target);
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      for (let start = 0; start < piece.length; start += STATE_RECORD_BYTES_MAX)
        await this.#add(piece.subarray(start, start + STATE_RECORD_BYTES_MAX));
    }
  }

  async close(): Promise<{ topic: string; partition: number; firstOffset: bigint; recordCount: number; key: string }> {
    await this.#send();
    await Promise.all(this.#underWay);
    const firstOffset = BigInt((await this.#firstOffset) ?? -1);
    return { topic: CHECKPOINTS_TOPIC, partition: this.#partition, firstOffset, recordCount: this.#recordCount, key: this.#key };
  }

  async #add(piece: Uint8Array): Promise<void> {
    if (this.#heldBytes + piece.length > STATE_RECORD_BYTES_MAX) await this.#send();
    this.#held.push(piece);
    this.#heldBytes += piece.length;
  }

  async #send(): Promise<void> {
    if (this.#heldBytes === 0) return;
    const record = { key: encoder.encode(`${this.#key}/${this.#recordCount}`), value: concat(this.#held), partition: this.#partition };
    this.#held = [];
    this.#heldBytes = 0;
    this.#recordCount += 1;
    const offset = this.#target.producer.sendAndWait(CHECKPOINTS_TOPIC, record).then((sent) => sent.offset);
    offset.catch(() => undefined); // Thrown where it is awaited.
    this.#firstOffset ??= offset;
    this.#underWay.push(offset);
    if (this.#underWay.length >= STATE_RECORDS_UNDER_WAY_MAX) await this.#underWay.shift();
  }
}

/** Other jobs and workers write between the records of a part: they are found by key, in order, from the first on. */
async function* readFromTopic(
  location: TopicLocation,
  { client, compression }: StatePartPorts,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { topic, partition, recordCount } = location;
  const [latest] = await client.listOffsets([{ topic, partition, at: "latest" }]);
  const range = { topic, partition, startOffset: Number(location.firstOffset), endOffset: latest?.offset ?? 0 };
  let found = 0;
  for await (const chunk of client.fetchRange(range)) {
    for (const batch of committedBatches(chunk)) {
      for (const { key, value } of readRecords(batch, { codecs: compression })) {
        if (found === recordCount || key === null || value === null) continue;
        if (decoder.decode(key) !== `${location.key}/${found}`) continue;
        found += 1;
        yield value.slice();
      }
    }
    if (found === recordCount) return;
  }
}
