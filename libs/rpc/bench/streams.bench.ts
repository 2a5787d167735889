/** Payload streams over loopback, both ways, and unary calls; client and server in one process, so that its CPU time is that of both: `npm run bench -- --micro --only rpc`. */
import { bindService, BrokerService } from "@millrace/contracts";
import { createRpcListener, createRpcTransport } from "../src/index.ts";

const flowWindowBytes = 4_194_304;
/** Of one stream. */
const STREAM_BYTES = 16_777_216;
const CALLS = 200;

const refuse = (): never => {
  throw new Error("not served");
};
const listener = createRpcListener({ flowWindowBytes });
const server = await listener.listen("127.0.0.1:0", [
  bindService(BrokerService, {
    produce: refuse,
    fetch: refuse,
    listOffsets: refuse,
    deleteRecords: refuse,
    holdRecords: refuse,
    getMetadata: () => Promise.resolve({}),
    produceStream: async function* (requests) {
      let bytes = 0;
      for await (const request of requests) {
        for (const { data } of request.produce?.partitions ?? []) if (data.case === "batch") bytes += data.value.byteLength;
      }
      yield { correlationId: BigInt(bytes) };
    },
    fetchStream: async function* (request, context) {
      const batches = new Uint8Array(request.fetch?.maxBytes ?? 0);
      while (!context.signal.aborted) yield await Promise.resolve({ fetch: { results: [{ topic: "flights", batches }] } });
    },
  }),
]);
const transport = createRpcTransport({ flowWindowBytes });
const client = transport.client(BrokerService, server.address);

async function download(bytes: number): Promise<number> {
  let received = 0;
  for await (const answer of client.fetchStream({ fetch: { maxBytes: bytes } })) {
    received += answer.fetch?.results[0]?.batches.byteLength ?? 0;
    if (received >= STREAM_BYTES) break;
  }
  return received;
}

async function upload(bytes: number): Promise<number> {
  const value = new Uint8Array(bytes);
  const requests = async function* () {
    for (let sent = 0; sent < STREAM_BYTES; sent += bytes)
      yield await Promise.resolve({ produce: { partitions: [{ topic: "flights", data: { case: "batch" as const, value } }] } });
  };
  let taken = 0;
  for await (const answer of client.produceStream(requests())) taken = Number(answer.correlationId);
  return taken;
}

async function unary(inFlight: number): Promise<number> {
  let calls = 0;
  const loop = async (): Promise<void> => {
    while (calls++ < CALLS) await client.getMetadata({});
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return calls;
}

const ofStream = { unit: "bytes", units: STREAM_BYTES };

export const cases = [
  ...[16_384, 65_536, 1_048_576].flatMap((bytes) => [
    { name: `stream down, ${bytes} B a message`, ...ofStream, run: () => download(bytes) },
    { name: `stream up, ${bytes} B a message`, ...ofStream, run: () => upload(bytes) },
  ]),
  ...[1, 16].map((inFlight) => ({ name: `unary calls, ${inFlight} under way`, unit: "calls", units: CALLS, run: () => unary(inFlight) })),
];

export async function close(): Promise<void> {
  await transport.close();
  await server.stop({ deadlineMs: 0 });
}
