import { setTimeout as delay } from "node:timers/promises";
import { countBuffersAsHeap, openTracer } from "@millrace/service-kit";
import { connect } from "../cluster/connection.ts";
import { type Flight, readFlights } from "../payload/flights.ts";
import { NumberedValues } from "../payload/numbered-values.ts";
import { FLIGHTS, FLIGHTS_MAX, NUMBERS, type SenderAnswer, type SenderRequest } from "./sender-protocol.ts";

const VALUE_BYTES = 100;
const SENDS_PER_TURN = 500;
const AGAIN_MS = 184 * 86_400_000;

// A process that sends what it is told to with the client library: of one variant, so that its CPU time belongs to that. Traces go where OpenTelemetry's variables say.
countBuffersAsHeap(); // as services do, and for less noise: ten full collections a second are no part of what is compared
const { tracer, close } = await openTracer("bench");
const { client, close: disconnect } = connect(process.argv[2] ?? "", tracer);
const producer = client.producer({ acks: "all", idempotent: true, lingerMs: 5, batchBytes: 65_536 });
await producer.open([NUMBERS, FLIGHTS]);
const values = new NumberedValues(VALUE_BYTES);
const encoder = new TextEncoder();
let groups = readFlights(FLIGHTS_MAX);
/** The flights come again and again, each time half a year later: time goes on. */
let shiftMs = 0;
let sent = 0;
let read: readonly Flight[] = [];
let readIndex = 0;
let prepared: readonly { readonly key: Uint8Array; readonly value: Uint8Array; readonly timestampMs: number }[] = [];

process.on("message", (request: SenderRequest) => void answer(request));
process.once(
  "disconnect",
  () =>
    void disconnect()
      .then(close)
      .then(() => process.exit(0)),
);
tell({ kind: "ready" });

async function answer(request: SenderRequest): Promise<void> {
  try {
    if (request.kind === "numbers") await sendNumbers(request.count);
    else if (request.kind === "prepare-flights") prepared = await takeFlights(request.count);
    else await sendFlights(request);
    tell({ kind: "done" });
  } catch (error) {
    tell({ kind: "failed", message: String(error) });
  }
}

async function sendNumbers(count: number): Promise<void> {
  for (let index = 1; index <= count; index++) {
    if (!producer.send(NUMBERS, { value: values.at(sent++) })) await producer.ready();
    if (index % SENDS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve)); // Let batches leave and answers come in.
  }
  await producer.flush();
}

async function sendFlights({ parts, partMs }: SenderRequest & { readonly kind: "send-flights" }): Promise<void> {
  const startMs = performance.now();
  const partRecords = Math.ceil(prepared.length / parts);
  for (let part = 0; part < parts; part++) {
    await delay(Math.max(0, startMs + part * partMs - performance.now()));
    for (const record of prepared.slice(part * partRecords, (part + 1) * partRecords))
      if (!producer.send(FLIGHTS, record)) await producer.ready();
  }
  await producer.flush();
}

async function takeFlights(count: number): Promise<typeof prepared> {
  const taken: (typeof prepared)[number][] = [];
  while (taken.length < count) {
    if (readIndex === read.length) {
      const next = await groups.next();
      if (next.done === true) [groups, shiftMs] = [readFlights(FLIGHTS_MAX), shiftMs + AGAIN_MS];
      else [read, readIndex] = [next.value, 0];
    }
    for (; readIndex < read.length && taken.length < count; readIndex++) {
      const { origin, json, dateMs } = read[readIndex] ?? { origin: "", json: "", dateMs: 0 };
      const timestampMs = dateMs + shiftMs;
      const value = json.replace(/^\{"date":"[^"]*"/, `{"date":"${new Date(timestampMs).toISOString()}"`);
      taken.push({ key: encoder.encode(origin), value: encoder.encode(value), timestampMs });
    }
  }
  return taken;
}

function tell(message: SenderAnswer): void {
  process.send?.(message);
}
