import type { Client, IsolationSetting } from "@millrace/client";
import type { LatencyRecorder } from "../measure/latency.ts";
import { numberAt } from "../payload/numbered-values.ts";
import type { NumberSet } from "../verify/number-set.ts";

const DUE_POSITION = 8;
/** Records that take longer count as lost. */
const SILENCE_MS = 10_000;

export interface Sending {
  readonly topic: string;
  readonly ratePerSecond: number;
  readonly valueBytes: number;
  readonly total: number;
  /** The first record that is timed. */
  readonly firstTimed: number;
  /** From due to acknowledged, batch by batch where the rate is high; absent: not asked. */
  readonly acknowledged?: LatencyRecorder;
  readonly onTimed: () => void;
}

/** Sends record k at start + k / rate, whatever happened before (an open loop); each carries its number and when it was due. Resolves with what was refused. */
export async function sendOnTime(client: Client, sending: Sending): Promise<string[]> {
  const { topic, ratePerSecond, total, firstTimed, acknowledged, onTimed } = sending;
  const problems: string[] = [];
  const producer = client.producer({ acks: "all", idempotent: true, lingerMs: 0 });
  await producer.open([topic]);
  const startMs = performance.now();
  let isTimed = false;
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1_000) * ratePerSecond));
    for (; sent < due; sent++) {
      const dueMs = startMs + (sent * 1_000) / ratePerSecond;
      const isRecordTimed = sent >= firstTimed;
      if (isRecordTimed && !isTimed) {
        isTimed = true;
        onTimed();
      }
      const record = { value: valueOf(sent, dueMs, sending.valueBytes) };
      if (acknowledged === undefined) {
        if (!producer.send(topic, record)) await producer.ready();
        continue;
      }
      producer.sendAndWait(topic, record).then(
        () => isRecordTimed && acknowledged.record(performance.now() - dueMs),
        (error: unknown) => problems.push(`a record was refused: ${String(error)}`),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await producer.flush().catch((error: unknown) => problems.push(`a record was refused: ${String(error)}`));
  await producer.close();
  return problems;
}

function valueOf(number: number, dueMs: number, valueBytes: number): Uint8Array {
  const value = new Uint8Array(valueBytes);
  const view = new DataView(value.buffer);
  view.setFloat64(0, number);
  view.setFloat64(DUE_POSITION, dueMs);
  return value;
}

export interface Collecting {
  readonly topic: string;
  readonly isolation: IsolationSetting;
  readonly total: number;
  readonly firstTimed: number;
  readonly delivered: LatencyRecorder;
  readonly numbers: NumberSet;
}

/** Reads until everything is there, or nothing has come for a while. */
export async function collect(client: Client, { topic, isolation, total, firstTimed, delivered, numbers }: Collecting): Promise<void> {
  const consumer = client.consumer({ isolation });
  await consumer.assignTopic(topic, "earliest");
  for (let count = 0; count < total;) {
    const group = await consumer.poll({ timeoutMs: SILENCE_MS });
    if (group === undefined) break;
    const nowMs = performance.now();
    for (const { value } of group.records) {
      if (value === null) continue;
      const number = numberAt(value, 0);
      numbers.add(number);
      if (number >= firstTimed) delivered.record(nowMs - numberAt(value, DUE_POSITION));
      count++;
    }
  }
  await consumer.close();
}
