import type { MessageInitShape } from "@bufbuild/protobuf";
import { Acks, BrokerService, type ProduceStreamRequestSchema, type ProduceStreamResponse } from "@millrace/contracts";
import { createRpcTransport } from "@millrace/rpc";
import { BoundedQueue } from "@millrace/stdx";
import type { LatencyRecorder } from "../measure/latency.ts";
import type { EncodedBatch } from "../payload/encoded-batch.ts";

export interface PumpOptions {
  readonly address: string;
  readonly topic: string;
  readonly partitions: number;
  readonly connections: number;
  readonly requestsInFlight: number;
  readonly newBatch: () => EncodedBatch;
  readonly until: () => boolean;
  readonly latency?: LatencyRecorder;
}

export interface Pumped {
  /** Acknowledged; their numbers are 0 to batches-1. */
  readonly batches: number;
  readonly problems: readonly string[];
}

type StreamRequest = MessageInitShape<typeof ProduceStreamRequestSchema>;

/** One request under way: a batch for each partition. Its bytes are written anew only when its answer is there. */
interface Slot {
  readonly batches: readonly EncodedBatch[];
  sentAtMs: number;
}

/** Sends ready batches over pipelined streams as fast as they are answered: one batch to every partition in each request. */
export async function pumpEncoded(options: PumpOptions): Promise<Pumped> {
  const refusals = new Map<string, number>();
  let nextNumber = 0;
  let acknowledged = 0;
  await Promise.all(Array.from({ length: options.connections }, () => pumpConnection()));
  const problems = Array.from(refusals, ([message, count]) => `${count} batches were refused: ${message}`);
  if (acknowledged !== nextNumber) problems.push(`${nextNumber} batches sent, ${acknowledged} acknowledged`);
  return { batches: acknowledged, problems };

  async function pumpConnection(): Promise<void> {
    const transport = createRpcTransport();
    const requests = new BoundedQueue<StreamRequest>({ weightMax: options.requestsInFlight });
    const underWay: Slot[] = [];
    const send = (slot: Slot): void => {
      for (const batch of slot.batches) batch.renumber(nextNumber++);
      slot.sentAtMs = performance.now();
      underWay.push(slot);
      requests.tryPush({ correlationId: BigInt(nextNumber), produce: requestOf(options.topic, slot) }, { force: true });
    };
    for (let i = 0; i < options.requestsInFlight; i++)
      send({ batches: Array.from({ length: options.partitions }, options.newBatch), sentAtMs: 0 });
    for await (const response of transport.client(BrokerService, options.address).produceStream(requests)) {
      const slot = underWay.shift();
      if (slot === undefined) break;
      options.latency?.record(performance.now() - slot.sentAtMs);
      acknowledged += acknowledgedBatches(response, refusals);
      if (!options.until()) send(slot);
      else if (underWay.length === 0) requests.end();
    }
    await transport.close();
  }
}

function requestOf(topic: string, { batches }: Slot): NonNullable<StreamRequest["produce"]> {
  return {
    partitions: batches.map(({ bytes }, partition) => ({ topic, partition, data: { case: "batch" as const, value: bytes } })),
    acks: Acks.ALL,
    timeoutMs: 30_000,
  };
}

function acknowledgedBatches({ produce }: ProduceStreamResponse, refusals: Map<string, number>): number {
  let batches = 0;
  for (const { error } of produce?.results ?? []) {
    if (error === undefined) batches++;
    else refusals.set(error.message, (refusals.get(error.message) ?? 0) + 1);
  }
  return batches;
}
