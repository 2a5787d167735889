import { BrokerService, errorFromWire, type FetchResult, Isolation } from "@millrace/contracts";
import { AppError, isRetriable } from "@millrace/model";
import { sleep } from "@millrace/ports";
import { createBatchCursor } from "@millrace/records";
import { BoundedQueue } from "@millrace/stdx";
import type { ClientPorts, FetchedChunk } from "../api.ts";
import { FETCH_WAIT_MS, TOPIC_UNHEARD_MS_MAX } from "../limits.ts";
import type { Metadata } from "../metadata.ts";
import { clientErrors } from "../errors.ts";
import { backoffMs, isUnheard } from "../retry.ts";
import type { IsolationSetting } from "../settings.ts";

export interface FetchContext {
  readonly ports: ClientPorts;
  readonly metadata: Metadata;
  /** How long a partition may be unreadable before the error reaches the reader. */
  readonly retryForMs: number;
}

export interface PartitionStreamOptions {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  /** Leader epoch of the record before it; absent: not known, or none was read. */
  readonly lastFetchedEpoch?: number | undefined;
  /** Exclusive; absent: no end. */
  readonly endOffset?: number;
  readonly isolation: IsolationSetting;
  readonly partitionBytesMax: number;
  readonly prefetchBytes: number;
}

/**
 * Whole batches of one partition from an offset on, for as long as the signal lets it or until the end offset has been passed: fetched ahead up to a bound in
 * bytes, and never beyond the end; going on at the next offset over broken connections and changes of the leader. Throws what a repetition does not help against, such as `offset-out-of-range`,
 * or `log-truncated` if a leader lacks records that were read before (KIP-320).
 */
export async function* streamPartition(
  options: PartitionStreamOptions,
  context: FetchContext,
  signal: AbortSignal,
): AsyncGenerator<FetchedChunk, void, undefined> {
  const queue = new BoundedQueue<FetchedChunk>({ weightMax: options.prefetchBytes, weigh: (chunk) => chunk.batches.length + 1 });
  const stop = new AbortController();
  const pump = pumpPartition(options, context, { queue, signal: AbortSignal.any([signal, stop.signal]) });
  try {
    yield* queue;
  } finally {
    stop.abort();
    queue.end();
    await pump;
  }
}

interface PumpTarget {
  readonly queue: BoundedQueue<FetchedChunk>;
  readonly signal: AbortSignal;
}

async function pumpPartition(options: PartitionStreamOptions, context: FetchContext, target: PumpTarget): Promise<void> {
  const { clock, random } = context.ports;
  let { startOffset: offset, lastFetchedEpoch } = options;
  const endOffset = options.endOffset ?? Infinity;
  let failures = 0;
  let failingSinceMs = 0;
  const aborted = (): boolean => target.signal.aborted || target.queue.ended;
  while (!aborted() && offset < endOffset) {
    try {
      const before = offset;
      for await (const chunk of openStream({ ...options, startOffset: offset, lastFetchedEpoch }, context, target.signal)) {
        failures = 0;
        if (chunk.batches.length === 0 && chunk.nextOffset === offset) continue;
        offset = chunk.nextOffset;
        lastFetchedEpoch = chunk.lastEpoch;
        if (!(await target.queue.push(chunk))) return;
        if (offset >= endOffset) break; // a broker that knows no end would go on
      }
      if (offset === before && !aborted()) throw clientErrors.requestTimeout("fetch stream ended");
    } catch (error) {
      if (aborted()) break;
      if (failures === 0) failingSinceMs = clock.monotonicMs();
      failures++;
      const waitMs = backoffMs(failures, random);
      const forMs = retryForMsOf(error, context);
      if (clock.monotonicMs() + waitMs > failingSinceMs + forMs) {
        target.queue.end(error);
        return;
      }
      await context.metadata.refresh().catch(() => undefined); // the next attempt meets the same error and counts it
      await sleep(clock, waitMs, target.signal).catch(() => undefined); // aborted: the loop ends
    }
  }
  target.queue.end();
}

function retryForMsOf(error: unknown, { retryForMs }: FetchContext): number {
  if (isUnheard(error)) return Math.min(retryForMs, TOPIC_UNHEARD_MS_MAX);
  return isRetriable(error) || isUnderRepair(error) ? retryForMs : -1;
}

/** A damaged segment is fetched from another replica within about a second (reliability R17); where there is none, the error comes when the time is over. */
function isUnderRepair(error: unknown): boolean {
  return error instanceof AppError && error.code === "log-corrupt";
}

async function* openStream(
  options: PartitionStreamOptions,
  context: FetchContext,
  signal: AbortSignal,
): AsyncGenerator<FetchedChunk, void, undefined> {
  const { topic, partition, startOffset, endOffset, partitionBytesMax, isolation, lastFetchedEpoch } = options;
  const { partitions } = await context.metadata.topic(topic);
  if (!partitions.some((candidate) => candidate.partition === partition)) throw clientErrors.unknownPartition({ topic, partition });
  const address = context.metadata.leaderAddress(topic, partition);
  if (address === undefined) throw clientErrors.noLeader({ topic, partition });
  const fetch = {
    partitions: [
      {
        topic,
        partition,
        offset: BigInt(startOffset),
        maxBytes: partitionBytesMax,
        ...(endOffset === undefined ? {} : { endOffset: BigInt(endOffset) }),
        ...(lastFetchedEpoch === undefined ? {} : { lastFetchedEpoch }),
      },
    ],
    maxWaitMs: FETCH_WAIT_MS,
    maxBytes: partitionBytesMax,
    isolation: isolation === "committed" ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED,
  };
  for await (const response of context.ports.transport.client(BrokerService, address).fetchStream({ fetch }, { signal })) {
    for (const result of response.fetch?.results ?? []) yield chunkOf(result);
  }
}

function chunkOf(result: FetchResult): FetchedChunk {
  if (result.error !== undefined) throw errorFromWire(result.error);
  return {
    batches: result.batches,
    aborted: result.abortedTransactions.map((range) => ({ producerId: Number(range.producerId), firstOffset: Number(range.firstOffset) })),
    nextOffset: Number(result.nextOffset),
    highWatermark: Number(result.highWatermark),
    lastStableOffset: Number(result.lastStableOffset),
    lastEpoch: lastEpochOf(result.batches, Number(result.nextOffset)),
  };
}

function lastEpochOf(batches: Uint8Array, nextOffset: number): number | undefined {
  const cursor = createBatchCursor(batches);
  let last: number | undefined;
  while (cursor.advance()) last = cursor.view.nextOffset === nextOffset ? cursor.view.partitionLeaderEpoch : undefined;
  return last;
}
