import type { FlushMode } from "@millrace/model";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { CostMeter } from "../measure/cost-meter.ts";
import { LatencyRecorder } from "../measure/latency.ts";
import { connect } from "../cluster/connection.ts";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import { EncodedBatch, numberOfBatch } from "../payload/encoded-batch.ts";
import { NumberedValues, numberAt } from "../payload/numbered-values.ts";
import { createServedTopic } from "../cluster/create-topic.ts";
import { problemsOfTopic } from "../verify/read-numbers.ts";
import { RecordOffsets } from "@millrace/records";
import { pumpEncoded } from "./pump-encoded.ts";

export const PARTITIONS = 6;
const TOPIC = "bench";
const BATCH_BYTES = 65_536;
/** Bytes under way of a connection: enough that the broker never waits for us, few enough that latency is not all queue. */
const REQUESTS_IN_FLIGHT = 8;
const CONNECTIONS = 1;
const FLOOR_RECORDS_PER_SECOND = 1_000_000;

export interface ProduceOptions {
  readonly valueBytes: number;
  readonly flush: FlushMode;
  /** Batches built by the client library's producer, or built beforehand so that the generator is not the limit. */
  readonly by: "client" | "encoded";
}

/** What an acknowledgement of a produce means with acks=all on a topic with one replica. */
export function acknowledgementOf(flush: FlushMode): string {
  return flush === "ack"
    ? "acks=all, one replica: written and fdatasynced before the answer"
    : "acks=all, one replica: written into the page cache, synced later";
}

/** As many records as can be written, in batches, to six partitions. */
export function produceLoad(options: ProduceOptions): Load {
  const { valueBytes, flush, by } = options;
  const name = `produce-${valueBytes}-${by}-${flush}`;
  return {
    name,
    about: `${valueBytes} B records to ${PARTITIONS} partitions, batches ${by === "client" ? "built by the client library" : "encoded beforehand"}, flush=${flush}`,
    run: async (context) => {
      const cluster = await context.startCluster();
      try {
        return [await measure(name, options, context, cluster)];
      } finally {
        await cluster.stop();
      }
    },
  };
}

interface Produced {
  readonly records: number;
  readonly seconds: number;
  readonly latency: LatencyRecorder;
  readonly problems: readonly string[];
  /** Numbers sent, of records or of batches. */
  readonly numbers: number;
}

async function measure(name: string, options: ProduceOptions, context: LoadContext, cluster: DevCluster): Promise<Measurement> {
  const { valueBytes, flush, by } = options;
  const seconds = context.seconds({ full: hasFloor(options) ? 60 : 20, quick: 3 });
  const connection = connect(cluster.brokerAddress);
  try {
    await createServedTopic(connection.client, { name: TOPIC, partitions: PARTITIONS, configs: { flush } });
    const run = by === "client" ? produceByClient : produceEncoded;
    context.progress(`${name}: ${seconds} s`);
    const meter = new CostMeter(cluster.pid);
    const produced = await run(connection, { valueBytes, seconds });
    const cost = meter.stop();
    context.progress(`${name}: reading ${produced.records} records back`);
    const what = by === "client" ? "records" : "batches";
    const numbersOf =
      by === "client" ? recordNumbers() : (batch: Uint8Array, take: (number: number) => void): void => take(numberOfBatch(batch));
    const problems = [
      ...produced.problems,
      ...(await problemsOfTopic(connection.client, { topic: TOPIC, count: produced.numbers, what, numbersOf })),
    ];
    const rate = produced.records / produced.seconds;
    return {
      name,
      settings: {
        valueBytes,
        partitions: PARTITIONS,
        flush,
        acks: "all",
        batchBytes: BATCH_BYTES,
        producer: by === "client" ? "client library, one, idempotent, linger 5 ms" : "encoded batches over ProduceStream, not idempotent",
        ...(by === "client" ? {} : { connections: CONNECTIONS, requestsInFlight: REQUESTS_IN_FLIGHT, batchesPerRequest: PARTITIONS }),
        seconds: Math.round(produced.seconds),
      },
      acknowledgement: acknowledgementOf(flush),
      records: produced.records,
      payloadBytes: produced.records * valueBytes,
      seconds: produced.seconds,
      ...(produced.latency.count > 0 ? { latency: produced.latency.summary("request sent to answered, closed loop") } : {}),
      cost,
      verified: `read back: every checksum, each of ${produced.numbers.toLocaleString("en")} numbered ${what} once and in order`,
      problems,
      ...(hasFloor(options)
        ? {
            floor: {
              text: "1,000,000 records/s with flush=ack for 60 s",
              isReached: produced.seconds < 60 ? undefined : rate >= FLOOR_RECORDS_PER_SECOND,
            },
          }
        : {}),
    };
  } finally {
    await connection.close();
  }
}

function hasFloor({ valueBytes, flush }: ProduceOptions): boolean {
  return valueBytes === 100 && flush === "ack";
}

type Connection = ReturnType<typeof connect>;

async function produceByClient(
  { client }: Connection,
  { valueBytes, seconds }: { valueBytes: number; seconds: number },
): Promise<Produced> {
  const values = new NumberedValues(valueBytes);
  const problems: string[] = [];
  const producer = client.producer({ acks: "all", idempotent: true, lingerMs: 5, batchBytes: BATCH_BYTES });
  await producer.open([TOPIC]);
  let acknowledged = 0;
  producer.onDelivery(({ recordCount, error }) => {
    if (error === undefined) acknowledged += recordCount;
    else problems.push(`${recordCount} records were refused: ${error.message}`);
  });
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  let sent = 0;
  while (performance.now() < endMs) {
    for (let i = 0; i < SENDS_PER_TURN; i++) {
      if (!producer.send(TOPIC, { value: values.at(sent++) })) await producer.ready();
    }
    await new Promise((resolve) => setImmediate(resolve)); // Let batches leave and answers come in.
  }
  await producer.flush();
  const elapsed = (performance.now() - startMs) / 1_000;
  await producer.close();
  if (acknowledged !== sent) problems.push(`${sent} records sent, ${acknowledged} acknowledged`);
  return { records: acknowledged, seconds: elapsed, latency: new LatencyRecorder(), problems, numbers: sent };
}

const SENDS_PER_TURN = 2_000;

/** The cluster has one broker: it leads every partition. */
async function produceEncoded(
  { address }: Connection,
  { valueBytes, seconds }: { valueBytes: number; seconds: number },
): Promise<Produced> {
  const latency = new LatencyRecorder();
  const template = new EncodedBatch({ valueBytes, batchBytes: BATCH_BYTES });
  const startMs = performance.now();
  const pumped = await pumpEncoded({
    address,
    topic: TOPIC,
    partitions: PARTITIONS,
    connections: CONNECTIONS,
    requestsInFlight: REQUESTS_IN_FLIGHT,
    newBatch: () => new EncodedBatch({ valueBytes, batchBytes: BATCH_BYTES }),
    until: () => performance.now() - startMs >= seconds * 1_000,
    latency,
  });
  const elapsed = (performance.now() - startMs) / 1_000;
  return { records: pumped.batches * template.recordCount, seconds: elapsed, latency, problems: pumped.problems, numbers: pumped.batches };
}

function recordNumbers(): (batch: Uint8Array, take: (number: number) => void) => void {
  const offsets = new RecordOffsets();
  return (batch, take) => {
    offsets.decode(batch, {});
    for (let i = 0; i < offsets.count; i++) take(numberAt(offsets.bytes, offsets.valueStarts[i] ?? 0));
  };
}
