import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "@millrace/model";
import type { DecodedRecord } from "@millrace/records";
import { SeededRandom } from "@millrace/testkit";
import { connectClient } from "../system/cluster-client.ts";
import type { WorkerOrder } from "./worker-spec.ts";

/** The gRPC client with a role in a rolling day. Its argument is a WorkerOrder as JSON. */
const order = JSON.parse(process.argv[2] ?? "{}") as WorkerOrder;
const random = new SeededRandom(order.seed);
const connection = connectClient(order.address.split(","));
const { client } = connection;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
let nextProcess = order.firstProcess;
let nextValue = order.firstValue;
let isStopping = false;
const hasToStop = (): boolean => isStopping;
process.once("SIGTERM", () => {
  isStopping = true;
});

function write(p: number, type: string, f: string, v: unknown, extra: object = {}): void {
  const t = Number(process.hrtime.bigint());
  appendFileSync(order.history, `${JSON.stringify({ t, p, type, f, client: order.client, v, ...extra })}\n`);
}

const payload = (number: number, source = ""): string =>
  `${number}:${source}:${String.fromCharCode(97 + (number % 26)).repeat(number % 200)}`;
const keyOf = (number: number): string => `k${number % 97}`;
const nameOf = (partition: number): string => `${order.topic}-${partition}`;

function recordOf(number: number, partition: number) {
  const headers = [{ key: "n", value: encoder.encode(String(number)) }];
  return { partition, key: encoder.encode(keyOf(number)), value: encoder.encode(payload(number)), headers };
}

function readOf({ offset, key, value, headers }: DecodedRecord): readonly (number | string)[] {
  const text = value === null ? "" : decoder.decode(value);
  const [word = "", source] = text.split(":");
  const number = Number(word);
  if (!Number.isSafeInteger(number) || source === undefined) return [offset, -1, `payload ${text.slice(0, 40)}`];
  if (text !== payload(number, source)) return [offset, number, "payload differs"];
  if (key === null || decoder.decode(key) !== keyOf(number)) return [offset, number, "key differs"];
  const header = headers[0]?.value;
  return header && decoder.decode(header) === String(number) ? [offset, number] : [offset, number, "header differs"];
}

async function lanes(): Promise<void> {
  const producer = client.producer();
  await producer.open([order.topic]);
  let p = nextProcess++;
  while (!isStopping) {
    const [partition, number] = [random.integer(order.partitions), nextValue++];
    write(p, "invoke", "send", [["send", nameOf(partition), number]]);
    try {
      const { offset } = await producer.sendAndWait(order.topic, recordOf(number, partition));
      write(p, "ok", "send", [["send", nameOf(partition), offset < 0 ? number : [offset, number]]]);
    } catch (error) {
      write(p, "info", "send", [["send", nameOf(partition), number]], { error: String(error) });
      p = nextProcess++;
    }
    await delay(random.next() * order.pauseMs * 2);
  }
  await producer.close();
}

async function transactions(): Promise<void> {
  let p = nextProcess++;
  let producer = client.producer({ transactionalId: order.transactionalId, transactionTimeoutMs: 15_000 });
  await producer.open([order.topic]);
  while (!isStopping) {
    const sends = Array.from({ length: 1 + random.integer(6) }, () => ({
      partition: random.integer(order.partitions),
      number: nextValue++,
    }));
    const steps = sends.map(({ partition, number }) => ["send", nameOf(partition), number]);
    write(p, "invoke", "txn", steps);
    try {
      producer.beginTransaction();
      for (const { partition, number } of sends) producer.send(order.topic, recordOf(number, partition));
      const isAborted = random.integer(5) === 0;
      await (isAborted ? producer.abortTransaction() : producer.commitTransaction());
      write(p, isAborted ? "fail" : "ok", "txn", steps);
    } catch (error) {
      write(p, "info", "txn", steps, { error: error instanceof AppError ? error.code : String(error) });
      p = nextProcess++;
      await producer.close({ discard: true }).catch(() => undefined);
      producer = client.producer({ transactionalId: order.transactionalId, transactionTimeoutMs: 15_000 });
      await producer.open([order.topic]);
    }
    await delay(random.next() * order.pauseMs * 2);
  }
  await producer.close();
}

async function readers(): Promise<void> {
  const p = nextProcess++;
  while (!isStopping) {
    const consumer = client.consumer({ isolation: "committed" });
    write(p, "invoke", "assign", order.keys, { seek: "beginning" });
    const partitions = Array.from({ length: order.partitions }, (_, partition) => ({ topic: order.topic, partition }));
    const ends = await client.listOffsets(partitions.map((each) => ({ ...each, at: "latest" as const })));
    // Mostly near the end, where others write.
    const back = random.integer(10) < 3 ? Infinity : 300;
    consumer.assign(ends.map(({ topic, partition, offset }) => ({ topic, partition, offset: Math.max(0, offset - back) })));
    write(p, "ok", "assign", order.keys, { seek: "beginning" });
    const endMs = performance.now() + 5_000 + random.next() * 20_000;
    while (!hasToStop() && performance.now() < endMs) {
      write(p, "invoke", "poll", [["poll"]]);
      const found = await consumer.poll({ timeoutMs: 300 });
      const reads = found === undefined ? {} : { [`${found.topic}-${found.partition}`]: found.records.map(readOf) };
      write(p, "ok", "poll", [["poll", reads]]);
      await delay(random.next() * order.pauseMs);
    }
    await consumer.close();
  }
}

const roles: Readonly<Partial<Record<WorkerOrder["role"], () => Promise<void>>>> = { lanes, transactions, readers };
process.stdout.write("ready\n");
await roles[order.role]?.();
await connection.close();
