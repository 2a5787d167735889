/**
 * Rates of payload streams between two processes over loopback, both ways, and of unary calls.
 * node --conditions=@millrace/source libs/rpc/bench/streams.bench.ts [--seconds 3] [--window 4194304] [--server-window 4194304]
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { bindService, BrokerService, type ServiceClient } from "@millrace/contracts";
import { createRpcListener, createRpcTransport } from "../src/index.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    sizes: { type: "string" },
    window: { type: "string", default: "4194304" },
    "server-window": { type: "string", default: "4194304" },
  },
});
const durationMs = Number(values.seconds) * 1_000;
const sizes = (values.sizes ?? "1024,16384,65536,1048576").split(",").map(Number);

async function serve(): Promise<void> {
  const refuse = (): never => {
    throw new Error("not served");
  };
  const listener = createRpcListener({ flowWindowBytes: Number(values["server-window"]) });
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
  process.send?.(server.address);
  process.once("SIGINT", () => process.exit());
}

type Client = ServiceClient<typeof BrokerService>;

async function download(client: Client, bytes: number): Promise<number> {
  const started = performance.now();
  let received = 0;
  for await (const answer of client.fetchStream({ fetch: { maxBytes: bytes } })) {
    received += answer.fetch?.results[0]?.batches.byteLength ?? 0;
    if (performance.now() - started > durationMs) break;
  }
  return received / (performance.now() - started) / 1_000;
}

async function upload(client: Client, bytes: number): Promise<number> {
  const started = performance.now();
  const value = new Uint8Array(bytes);
  const requests = async function* () {
    while (performance.now() - started < durationMs) {
      yield await Promise.resolve({ produce: { partitions: [{ topic: "flights", data: { case: "batch" as const, value } }] } });
    }
  };
  let sent = 0;
  for await (const answer of client.produceStream(requests())) sent = Number(answer.correlationId);
  return sent / (performance.now() - started) / 1_000;
}

async function unary(client: Client, inFlight: number): Promise<number> {
  const started = performance.now();
  let calls = 0;
  const loop = async (): Promise<void> => {
    for (; performance.now() - started < durationMs; calls++) await client.getMetadata({});
  };
  await Promise.all(Array.from({ length: inFlight }, loop));
  return calls / (performance.now() - started);
}

async function measure(): Promise<void> {
  const child = fork(import.meta.filename, process.argv.slice(2), {
    env: { ...process.env, BENCH_SERVER: "1" },
    execArgv: process.execArgv,
  });
  const [address] = (await once(child, "message")) as [string];
  const transport = createRpcTransport({ flowWindowBytes: Number(values.window) });
  const client = transport.client(BrokerService, address);
  await unary(client, 16);
  for (const bytes of sizes) {
    const down = await download(client, bytes);
    const up = await upload(client, bytes);
    console.log(`stream ${String(bytes).padStart(8)} B: down ${down.toFixed(0).padStart(5)} MB/s, up ${up.toFixed(0).padStart(5)} MB/s`);
  }
  for (const inFlight of [1, 16, 64])
    console.log(`unary, ${String(inFlight).padStart(2)} in flight: ${(await unary(client, inFlight)).toFixed(2)} k calls/s`);
  await transport.close();
  child.kill("SIGINT");
}

await (process.env["BENCH_SERVER"] === "1" ? serve() : measure());
