import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, committedBatches, type Producer } from "@millrace/client";
import type { StatePart, StatePartSchema, TopicLocation } from "@millrace/contracts";
import type { StateSnapshot } from "@millrace/dataflow";
import { CHECKPOINTS_TOPIC } from "@millrace/model";
import { type CompressionCodecs, type Crc32c, readRecords } from "@millrace/records";
import { errors } from "../errors.ts";
import { INLINE_STATE_BYTES_MAX, STATE_RECORD_BYTES_MAX } from "../limits.ts";
import { partitionOfJob } from "./sink-marks.ts";

export interface StatePartPorts {
  readonly client: Client;
  readonly crc32c: Crc32c;
  readonly compression: CompressionCodecs;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes what changed since the last checkpoint; resolves when it is durable. Unchanged parts are left out: the manifest refers to them. */
export async function storeStateParts(
  snapshots: readonly StateSnapshot[],
  where: { jobId: string; jobEpoch: number; batch: number; producer: Producer },
  ports: StatePartPorts,
): Promise<MessageInitShape<typeof StatePartSchema>[]> {
  const stored = snapshots.map(async ({ operatorId, taskIndex, keyCount, bytes }) => {
    if (bytes === undefined) return [];
    const location =
      bytes.length <= INLINE_STATE_BYTES_MAX
        ? ({ case: "inline", value: bytes } as const)
        : ({ case: "topic", value: await writeToTopic(bytes, `${operatorId}/${taskIndex}`, where, ports) } as const);
    const part = { operatorId, taskIndex, batch: BigInt(where.batch), keyCount: BigInt(keyCount), byteCount: BigInt(bytes.length) };
    return [{ ...part, crc32c: ports.crc32c(bytes), location }];
  });
  return (await Promise.all(stored)).flat();
}

/** The bytes of a part, wherever they are; anything missing or damaged is an error, never an empty state. */
export async function loadStatePart(part: StatePart, where: { jobId: string }, ports: StatePartPorts): Promise<Uint8Array> {
  const { location } = part;
  const bytes = location.case === "topic" ? await readFromTopic(part, location.value, where, ports) : (location.value ?? new Uint8Array());
  if (bytes.length === Number(part.byteCount) && ports.crc32c(bytes) === part.crc32c) return bytes;
  throw errors.stateDamaged({ operator: part.operatorId, task: part.taskIndex, bytes: bytes.length, expected: Number(part.byteCount) });
}

async function writeToTopic(
  bytes: Uint8Array,
  part: string,
  { jobId, jobEpoch, batch, producer }: { jobId: string; jobEpoch: number; batch: number; producer: Producer },
  { client }: StatePartPorts,
): Promise<{ topic: string; partition: number; firstOffset: bigint; recordCount: number }> {
  const partition = await partitionOfJob(jobId, CHECKPOINTS_TOPIC, client);
  await producer.open([CHECKPOINTS_TOPIC]);
  let firstOffset = -1;
  let recordCount = 0;
  for (let start = 0; start < bytes.length; start += STATE_RECORD_BYTES_MAX, recordCount++) {
    const key = encoder.encode(recordKey({ jobId, part, batch, index: recordCount }));
    const value = bytes.subarray(start, start + STATE_RECORD_BYTES_MAX);
    const { offset } = await producer.sendAndWait(CHECKPOINTS_TOPIC, { key, value, partition, headers: [{ key: "job-epoch", value: encoder.encode(String(jobEpoch)) }] });
    if (recordCount === 0) firstOffset = offset;
  }
  return { topic: CHECKPOINTS_TOPIC, partition, firstOffset: BigInt(firstOffset), recordCount };
}

/** Other jobs and workers write between the records of a part: they are found by key, in order, from the first on. */
async function readFromTopic(part: StatePart, location: TopicLocation, { jobId }: { jobId: string }, { client, compression }: StatePartPorts): Promise<Uint8Array> {
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
        const wanted = recordKey({ jobId, part: `${part.operatorId}/${part.taskIndex}`, batch: Number(part.batch), index: found });
        if (decoder.decode(key) !== wanted || length + value.length > bytes.length) continue;
        bytes.set(value, length);
        length += value.length;
        found += 1;
      }
    }
    if (found === recordCount) break;
  }
  return bytes.subarray(0, length);
}

function recordKey({ jobId, part, batch, index }: { jobId: string; part: string; batch: number; index: number }): string {
  return `${jobId}/${part}/${batch}/${index}`;
}
