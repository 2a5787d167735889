import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client, Producer } from "@millrace/client";
import type { StatePart, StatePartSchema } from "@millrace/contracts";
import type { StateSnapshot } from "@millrace/dataflow";
import type { CheckpointPlaces } from "@millrace/ports";
import type { CompressionCodecs, Crc32c } from "@millrace/records";
import { errors } from "../errors.ts";
import { INLINE_STATE_BYTES_MAX, INLINE_STATE_TOTAL_BYTES_MAX } from "../limits.ts";
import { concat } from "./concat.ts";
import { FilePartWriter, type OpenPlace, readFilePart } from "./file-part.ts";
import type { PartWriter } from "./part-writer.ts";
import { readTopicPart, TopicPartWriter } from "./topic-part.ts";

export interface StatePartPorts {
  readonly client: Client;
  readonly crc32c: Crc32c;
  readonly compression: CompressionCodecs;
  readonly places: CheckpointPlaces;
}

/** Where the state of a checkpoint goes. */
export interface CheckpointTarget {
  readonly jobId: string;
  readonly jobEpoch: number;
  readonly batch: number;
  /** Writes outside of any transaction. */
  readonly producer: Producer;
  /** The job's checkpoint path, for parts that are not inline; absent: the checkpoints topic. */
  readonly place?: OpenPlace | undefined;
  /** Parts up to this size travel with the report. */
  readonly inlineBytesMax: number;
}

/** What a part may weigh to go inline, when every part of every worker is as heavy. */
export function inlineBytesMax(ownPartCount: number, workerCount: number): number {
  return Math.min(INLINE_STATE_BYTES_MAX, Math.floor(INLINE_STATE_TOTAL_BYTES_MAX / Math.max(1, ownPartCount * workerCount)));
}

/** Writes a part: inline if it is small, else as it comes to a file or topic, so that no state need fit into memory twice. Resolves when it is durable. */
export async function storeStatePart(
  snapshot: StateSnapshot & { readonly chunks: Iterable<Uint8Array> },
  target: CheckpointTarget,
  ports: StatePartPorts,
): Promise<MessageInitShape<typeof StatePartSchema>> {
  const { operatorId, taskIndex, keyCount, isFull, chunks } = snapshot;
  let held: Uint8Array[] = [];
  let writer: PartWriter | undefined;
  let byteCount = 0;
  let crc = 0;
  try {
    for (const chunk of chunks) {
      crc = chainedCrc(crc, chunk, ports);
      byteCount += LENGTH_BYTES + chunk.length;
      held.push(lengthOf(chunk), chunk);
      if (byteCount <= target.inlineBytesMax) continue;
      writer ??= await openWriter(snapshot, target, ports);
      await writer.write(held);
      held = [];
    }
    const location = writer === undefined ? ({ case: "inline", value: concat(held) } as const) : await writer.close();
    const part = { operatorId, taskIndex, batch: BigInt(target.batch), keyCount: BigInt(keyCount), byteCount: BigInt(byteCount) };
    return { ...part, crc32c: crc, delta: !isFull, location };
  } catch (error) {
    await writer?.abandon();
    throw error;
  }
}

function openWriter({ operatorId, taskIndex }: StateSnapshot, target: CheckpointTarget, ports: StatePartPorts): Promise<PartWriter> {
  if (target.place === undefined) return TopicPartWriter.open(`${operatorId}/${taskIndex}`, target, ports);
  return FilePartWriter.open({ ...target, operatorId, taskIndex }, target.place, ports.crc32c);
}

/** The chunks of a part, wherever they are; anything missing or damaged is an error, never an empty state. What is yielded counts only when the end is reached. */
export async function* loadStatePart(part: StatePart, ports: StatePartPorts): AsyncGenerator<Uint8Array, void, undefined> {
  const { location } = part;
  const pieces = piecesOf(location, ports);
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

function piecesOf(location: StatePart["location"], ports: StatePartPorts): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  switch (location.case) {
    case "topic":
      return readTopicPart(location.value, ports);
    case "file":
      return readFilePart(location.value, ports.places);
    default:
      return [location.value ?? new Uint8Array()];
  }
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
