import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { EncodedBatch } from "../payload/encoded-batch.ts";
import { pumpEncoded } from "./pump-encoded.ts";

const SINK = fileURLToPath(new URL("../sink/main.ts", import.meta.url));
const PARTITIONS = 6;
const BATCH_BYTES = 65_536;

/** What the generator of encoded batches can do at all: the same requests against a process that answers at once and keeps nothing. */
export function generatorLoad(): Load {
  return {
    name: "generator",
    about: "encoded batches of 100 B records against a sink that answers at once: the limit of generator and transport",
    run: async (context) => [await measure(context)],
  };
}

async function measure(context: LoadContext): Promise<Measurement> {
  const seconds = context.seconds({ full: 10, quick: 3 });
  const child = fork(SINK, { execArgv: process.execArgv });
  try {
    const [address] = (await once(child, "message")) as [string];
    const { recordCount } = new EncodedBatch({ valueBytes: 100, batchBytes: BATCH_BYTES });
    context.progress(`generator: ${seconds} s`);
    const meter = new CostMeter(child.pid ?? 0);
    const startMs = performance.now();
    const pumped = await pumpEncoded({
      address,
      topic: "bench",
      partitions: PARTITIONS,
      connections: 1,
      requestsInFlight: 4,
      newBatch: () => new EncodedBatch({ valueBytes: 100, batchBytes: BATCH_BYTES }),
      until: () => performance.now() - startMs >= seconds * 1_000,
    });
    const elapsed = (performance.now() - startMs) / 1_000;
    const records = pumped.batches * recordCount;
    return {
      name: "generator",
      settings: { valueBytes: 100, partitions: PARTITIONS, batchBytes: BATCH_BYTES, connections: 1, requestsInFlight: 4 },
      acknowledgement: "none: the sink throws everything away",
      records,
      payloadBytes: records * 100,
      seconds: elapsed,
      cost: meter.stop(),
      verified: "as many batches answered as sent",
      problems: pumped.problems,
    };
  } finally {
    child.kill("SIGTERM");
  }
}
