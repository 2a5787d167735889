import { type Client, committedBatches } from "@millrace/client";
import { RecordBatchView } from "@millrace/records";
import { connect } from "../cluster/connection.ts";
import { createServedTopic } from "../cluster/create-topic.ts";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { EncodedBatch, numberOfBatch } from "../payload/encoded-batch.ts";
import { NumberSet } from "../verify/number-set.ts";
import { PARTITIONS } from "./produce.ts";
import { pumpEncoded } from "./pump-encoded.ts";

const TOPIC = "bench";
const VALUE_BYTES = 1_024;
const BATCH_BYTES = 65_536;
const TOPIC_BYTES = { full: 3e9, quick: 4e8 };

/** Whole batches of a topic from its start, all partitions at once, as stream workers and consumers read them. */
export function fetchLoad(): Load {
  return {
    name: "fetch",
    about: `whole batches of ${VALUE_BYTES} B records from ${PARTITIONS} partitions, uncommitted and committed`,
    run: async (context) => {
      const cluster = await context.startCluster();
      try {
        return await measure(context, cluster);
      } finally {
        await cluster.stop();
      }
    },
  };
}

async function measure(context: LoadContext, cluster: DevCluster): Promise<readonly Measurement[]> {
  const connection = connect(cluster.brokerAddress);
  const { client } = connection;
  try {
    await createServedTopic(client, { name: TOPIC, partitions: PARTITIONS, configs: { flush: "interval" } });
    const bytes = context.quick ? TOPIC_BYTES.quick : TOPIC_BYTES.full;
    context.progress(`fetch: writing ${bytes / 1e6} MB`);
    const filled = await fill(cluster.brokerAddress, bytes);
    const measurements: Measurement[] = [];
    for (const isolation of ["uncommitted", "committed"] as const) {
      context.progress(`fetch: reading ${isolation}`);
      const meter = new CostMeter(cluster.pid);
      const startMs = performance.now();
      const read = await readAll(client, { isolation, batches: filled.batches });
      const seconds = (performance.now() - startMs) / 1_000;
      measurements.push({
        name: `fetch-${isolation}`,
        settings: {
          valueBytes: VALUE_BYTES,
          partitions: PARTITIONS,
          batchBytes: BATCH_BYTES,
          streams: PARTITIONS,
          bytesPerAnswer: 1_048_576,
          data: "in the page cache",
        },
        records: read.records,
        payloadBytes: read.records * VALUE_BYTES,
        seconds,
        cost: meter.stop(),
        verified: `each of ${filled.batches.toLocaleString("en")} numbered batches came once; checksums are not part of the timed read`,
        problems: [...filled.problems, ...read.problems],
      });
    }
    return measurements;
  } finally {
    await connection.close();
  }
}

async function fill(address: string, bytes: number): Promise<{ batches: number; problems: readonly string[] }> {
  let sent = 0;
  return pumpEncoded({
    address,
    topic: TOPIC,
    partitions: PARTITIONS,
    connections: 1,
    requestsInFlight: 4,
    newBatch: () => new EncodedBatch({ valueBytes: VALUE_BYTES, batchBytes: BATCH_BYTES }),
    until: () => (sent += PARTITIONS * BATCH_BYTES) >= bytes,
  });
}

async function readAll(
  client: Client,
  { isolation, batches }: { isolation: "uncommitted" | "committed"; batches: number },
): Promise<{ records: number; problems: string[] }> {
  const numbers = new NumberSet(batches);
  let records = 0;
  await Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) => {
      const [end] = await client.listOffsets([{ topic: TOPIC, partition, at: "latest" }], isolation);
      const range = { topic: TOPIC, partition, startOffset: 0, endOffset: end?.offset ?? 0 };
      for await (const chunk of client.fetchRange(range, { isolation })) {
        for (const batch of committedBatches(chunk)) {
          records += new RecordBatchView(batch).recordCount;
          numbers.add(numberOfBatch(batch));
        }
      }
    }),
  );
  return { records, problems: numbers.problems("batches") };
}
