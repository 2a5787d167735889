import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, committedBatches, type Producer } from "@millrace/client";
import type { StatePart, StatePartSchema, TopicLocation } from "@millrace/contracts";
import type { StateSnapshot } from "@millrace/dataflow";
import { CHECKPOINTS_TOPIC } from "@millrace/model";
import { type CompressionCodecs, type Crc32c, readRecords } from "@millrace/records";
import { errors } from "../errors.ts";
import { INLINE_STATE_BYTES_MAX, INLINE_STATE_TOTAL_BYTES_MAX, STATE_RECORD_BYTES_MAX } from "../limits.ts";
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

/** Writes what changed since the last checkpoint; resolves when it is durable. Unchanged parts are left out: the manifest refers to them. */
export async function storeStateParts(
  snapshots: readonly StateSnapshot[],
  target: CheckpointTarget,
  ports: StatePartPorts,
): Promise<MessageInitShape<typeof StatePartSchema>[]> {
  const stored = snapshots.map(async ({ operatorId, taskIndex, keyCount, bytes }) => {
    if (bytes === undefined) return [];
    const location =
      bytes.length <= target.inlineBytesMax
        ? ({ case: "inline", value: bytes } as const)
        : ({ case: "topic", value: await writeToTopic(bytes, `${operatorId}/${taskIndex}`, target, ports) } as const);
    const part = { operatorId, taskIndex, batch: BigInt(target.batch), keyCount: BigInt(keyCount), byteCount: BigInt(bytes.length) };
    return [{ ...part, crc32c: ports.crc32c(bytes), location }];
  });
  return (await Promise.all(stored)).flat();
}

/** The bytes of a part, wherever they are; anything missing or damaged is an error, never an empty state. */
export async function loadStatePart(part: StatePart, ports: StatePartPorts): Promise<Uint8Array> {
  const { location } = part;
  const bytes = location.case === "topic" ? await readFromTopic(part, location.value, ports) : (location.value ?? new Uint8Array());
  if (bytes.length === Number(part.byteCount) && ports.crc32c(bytes) === part.crc32c) return bytes;
  throw errors.stateDamaged({ operator: part.operatorId, task: part.taskIndex, bytes: bytes.length, expected: Number(part.byteCount) });
}

/** The key names the writer's epoch too: a part that a cut-off worker of an older one still wrote is another part. */
async function writeToTopic(
  bytes: Uint8Array,
  part: string,
  { jobId, jobEpoch, batch, producer }: CheckpointTarget,
  { client }: StatePartPorts,
): Promise<{ topic: string; partition: number; firstOffset: bigint; recordCount: number; key: string }> {
  const partition = await partitionOfJob(jobId, CHECKPOINTS_TOPIC, client);
  await producer.open([CHECKPOINTS_TOPIC]);
  const key = `${jobId}/${jobEpoch}/${part}/${batch}`;
  let firstOffset = -1;
  let recordCount = 0;
  for (let start = 0; start < bytes.length; start += STATE_RECORD_BYTES_MAX, recordCount++) {
    const value = bytes.subarray(start, start + STATE_RECORD_BYTES_MAX);
    const { offset } = await producer.sendAndWait(CHECKPOINTS_TOPIC, { key: encoder.encode(`${key}/${recordCount}`), value, partition });
    if (recordCount === 0) firstOffset = offset;
  }
  return { topic: CHECKPOINTS_TOPIC, partition, firstOffset: BigInt(firstOffset), recordCount, key };
}

/** Other jobs and workers write between the records of a part: they are found by key, in order, from the first on. */
async function readFromTopic(part: StatePart, location: TopicLocation, { client, compression }: StatePartPorts): Promise<Uint8Array> {
  const { topic, partition, recordCount } = location;
  const bytes = new Uint8Array(Number(part.byteCount));
  const [latest] = await client.listOffsets([{ topic, partition, at: "latest" }]);
  const range = { topic, partition, startOffset: Number(location.firstOffset), endOffset: latest?.offset ?? 0 };
  let found = 0;
  let length = 0;
  for await (const chunk of client.fetchRange(range)) {
    for (const batch of committedBatches(chunk)) {
      for (const { key, value } of readRecords(batch, { codecs: compression })) {
        if (found === recordCount || key === null || value === null) continue;
        if (decoder.decode(key) !== `${location.key}/${found}` || length + value.length > bytes.length) continue;
        bytes.set(value, length);
        length += value.length;
        found += 1;
      }
    }
    if (found === recordCount) break;
  }
  return bytes.subarray(0, length);
}
