import {
  BrokerService,
  type CallContext,
  errorToWire,
  type FetchPartition,
  type FetchRequest,
  type FetchResponseSchema,
} from "@millrace/contracts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Isolation } from "@millrace/log-engine";
import { offset as offsetOf, type Offset, topicPartitionKey } from "@millrace/model";
import { createDeferred } from "@millrace/stdx";
import { brokerErrors } from "../errors.ts";
import { isolationOf } from "../from-wire.ts";
import {
  FETCH_BYTES_DEFAULT,
  FETCH_BYTES_MAX,
  FETCH_PARTITION_BYTES_DEFAULT,
  FORWARD_TIMEOUT_MS,
  PARTITIONS_PER_REQUEST_MAX,
} from "../limits.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import { decodeRecords } from "./decode-records.ts";
import { FORWARDED } from "./produce.ts";
import type { RpcContext } from "./rpc-context.ts";

type FetchAnswer = MessageInitShape<typeof FetchResponseSchema>;
export type FetchResultInit = NonNullable<FetchAnswer["results"]>[number];

interface Target {
  readonly topic: string;
  readonly partition: number;
  offset: Offset;
  readonly maxBytes: number;
  readonly leaderEpoch: number | undefined;
  /** Nothing that begins here or later is wanted. */
  readonly endOffset: Offset;
}

interface Pass {
  readonly results: FetchResultInit[];
  readonly sizeBytes: number;
  /** Answer at once: a partition has an error. */
  readonly hasError: boolean;
}

/** Fetch and FetchStream. Waiting readers are woken by a move of the high watermark or last stable offset, never by a timer (G17). */
export class FetchHandler {
  readonly #context: RpcContext;

  constructor(context: RpcContext) {
    this.#context = context;
  }

  async fetch(request: FetchRequest, call: CallContext): Promise<FetchAnswer> {
    const targets = targetsOf(request);
    const { clock } = this.#context.ports;
    const startedMs = clock.monotonicMs();
    const deadlineMs = startedMs + Math.min(request.maxWaitMs, call.remainingMs());
    for (;;) {
      const change = this.#watch(targets);
      const pass = this.#read(targets, request);
      const isEnough = pass.hasError || pass.sizeBytes >= Math.max(1, request.minBytes) || targets.every(isAtEnd);
      const waitMs = deadlineMs - clock.monotonicMs();
      if (isEnough || waitMs <= 0 || call.signal.aborted) {
        change.stop();
        this.#context.metrics.fetchWaitSeconds.record((clock.monotonicMs() - startedMs) / 1_000);
        return { results: await this.#forwardDecoded(pass.results, request, call) };
      }
      await this.#waitFor(change, call.signal, waitMs);
    }
  }

  /**
   * Whole batches from each target's offset on, for as long as the caller reads or until every target has reached its end. Partitions with an error are told and
   * left out from then on.
   */
  async *fetchStream(request: FetchRequest, call: CallContext): AsyncGenerator<{ fetch: FetchAnswer }> {
    let targets = targetsOf(request).filter((target) => !isAtEnd(target));
    const signal = AbortSignal.any([call.signal, this.#context.stopping]);
    while (targets.length > 0 && !call.signal.aborted) {
      if (this.#context.stopping.aborted) throw brokerErrors.stopping();
      const change = this.#watch(targets);
      const { results, sizeBytes, hasError } = this.#read(targets, request);
      if (sizeBytes === 0 && !hasError) {
        await this.#waitFor(change, signal, undefined);
        continue;
      }
      change.stop();
      const told = results.filter(
        (result) => result.error !== undefined || (result.nextOffset ?? 0n) > BigInt(targetOf(targets, result)?.offset ?? 0),
      );
      for (const result of told) {
        const target = targetOf(targets, result);
        if (target !== undefined) target.offset = offsetOf(Number(result.nextOffset ?? 0n));
      }
      const failed = new Set(told.filter((result) => result.error !== undefined).map(keyOf));
      targets = targets.filter((target) => !isAtEnd(target) && !failed.has(keyOf(target)));
      yield { fetch: { results: told } };
    }
  }

  #read(targets: readonly Target[], request: FetchRequest): Pass {
    const isolation = isolationOf(request.isolation);
    let bytesLeft = Math.min(request.maxBytes > 0 ? request.maxBytes : FETCH_BYTES_DEFAULT, FETCH_BYTES_MAX);
    let sizeBytes = 0;
    let hasError = false;
    const results: FetchResultInit[] = [];
    for (const target of targets) {
      try {
        const partition = this.#partitionOf(target);
        const minOneBatch = sizeBytes === 0;
        const result = this.#readPartition(partition, target, {
          isolation,
          maxBytes: Math.min(target.maxBytes, bytesLeft),
          minOneBatch,
          decode: request.decode,
        });
        sizeBytes += result.sizeBytes;
        bytesLeft = Math.max(0, bytesLeft - result.sizeBytes);
        results.push(result.result);
      } catch (error) {
        hasError = true;
        const { topic, partition, offset } = target;
        this.#context.metrics.failedFetchRequests.add(1, { topic });
        results.push(failed({ topic, partition, offset: BigInt(offset) }, error));
      }
    }
    return { results, sizeBytes, hasError };
  }

  #partitionOf(target: Target): LocalPartition {
    if (this.#context.stopping.aborted) throw brokerErrors.stopping();
    const partition = this.#context.replicas.requireLeader(target.topic, target.partition);
    const current = partition.leaderEpoch ?? -1;
    if (target.leaderEpoch === undefined || target.leaderEpoch === current) return partition;
    const context = { topic: target.topic, partition: target.partition, leaderEpoch: target.leaderEpoch, currentLeaderEpoch: current };
    throw target.leaderEpoch < current ? brokerErrors.fencedEpoch(context) : brokerErrors.unknownEpoch(context);
  }

  #readPartition(
    partition: LocalPartition,
    target: Target,
    options: { isolation: Isolation; maxBytes: number; minOneBatch: boolean; decode: boolean },
  ): { result: FetchResultInit; sizeBytes: number } {
    const { log, topic } = partition;
    const visibleEndOffset = options.isolation === "read-committed" ? log.lastStableOffset : log.highWatermark;
    const endOffset = Math.min(visibleEndOffset, target.endOffset) as Offset;
    const read = log.read({ offset: target.offset, maxBytes: options.maxBytes, endOffset, minOneBatch: options.minOneBatch });
    if (read.sizeBytes > 0) {
      this.#context.metrics.fetchRequests.add(1, { topic });
      this.#context.metrics.bytesOut.add(read.sizeBytes, { topic });
    }
    const aborted =
      options.isolation === "read-committed" && read.sizeBytes > 0 ? log.abortedTransactions(target.offset, read.nextOffset) : [];
    const batches = joined(read.chunks, read.sizeBytes);
    const common = {
      topic,
      partition: partition.partition,
      highWatermark: BigInt(log.highWatermark),
      lastStableOffset: BigInt(log.lastStableOffset),
      logStartOffset: BigInt(log.logStartOffset),
      nextOffset: BigInt(read.nextOffset),
    };
    if (options.decode) {
      const records = decodeRecords({ batches, aborted, fromOffset: target.offset }, this.#context.ports.compression);
      return { result: { ...common, records }, sizeBytes: read.sizeBytes };
    }
    const abortedTransactions = aborted.map(({ producerId, firstOffset }) => ({
      producerId: BigInt(producerId),
      firstOffset: BigInt(firstOffset),
    }));
    return { result: { ...common, batches, abortedTransactions }, sizeBytes: read.sizeBytes };
  }

  /** Resolves at the next change of any target; listening starts before reading, so that nothing falls between. */
  #watch(targets: readonly Target[]): Change {
    const happened = createDeferred<void>();
    const wake = (): void => happened.resolve();
    const stops: (() => void)[] = [];
    for (const { topic, partition } of targets) {
      try {
        stops.push(this.#context.replicas.requireLeader(topic, partition).onReadable(wake));
      } catch {
        // The read that follows reports it.
      }
    }
    const stop = (): void => {
      for (const one of stops) one();
    };
    return { happened: happened.promise, wake, stop };
  }

  async #waitFor(change: Change, signal: AbortSignal, waitMs: number | undefined): Promise<void> {
    const timer = waitMs === undefined || waitMs === Infinity ? undefined : this.#context.ports.clock.setTimer(waitMs, change.wake);
    signal.addEventListener("abort", change.wake, { once: true });
    if (signal.aborted) change.wake();
    try {
      await change.happened;
    } finally {
      signal.removeEventListener("abort", change.wake);
      timer?.cancel();
      change.stop();
    }
  }

  /** Decoded reads of partitions that others lead are passed on, so that a small client needs to know one broker only. */
  async #forwardDecoded(results: FetchResultInit[], request: FetchRequest, call: CallContext): Promise<FetchResultInit[]> {
    if (!request.decode || call.metadata.has(FORWARDED) || !results.some((result) => result.error?.code === "not-leader")) return results;
    return Promise.all(
      results.map((result) => (result.error?.code === "not-leader" ? this.#forward(result, request, call) : Promise.resolve(result))),
    );
  }

  async #forward(result: FetchResultInit, request: FetchRequest, call: CallContext): Promise<FetchResultInit> {
    const { view, ports } = this.#context;
    const { topic = "", partition = 0 } = result;
    try {
      const leader = view.requirePartition(topic, partition).leader;
      const address = leader === undefined ? undefined : view.brokerAddress(leader);
      if (address === undefined) throw brokerErrors.noLeader({ topic, partition });
      const asked = request.partitions.find((candidate) => candidate.topic === topic && candidate.partition === partition);
      const { maxWaitMs, minBytes, maxBytes, isolation, decode } = request;
      const response = await ports.transport
        .client(BrokerService, address)
        .fetch(
          { partitions: asked === undefined ? [] : [asked], maxWaitMs, minBytes, maxBytes, isolation, decode },
          { signal: call.signal, timeoutMs: Math.min(call.remainingMs(), maxWaitMs + FORWARD_TIMEOUT_MS), metadata: { [FORWARDED]: "1" } },
        );
      return response.results[0] ?? result;
    } catch (error) {
      return failed({ topic, partition, offset: result.nextOffset ?? 0n }, error);
    }
  }
}

/** The answer for a partition that cannot be read. */
function failed(at: { topic: string; partition: number; offset: bigint }, error: unknown): FetchResultInit {
  const { topic, partition, offset } = at;
  return {
    topic,
    partition,
    nextOffset: offset,
    highWatermark: -1n,
    lastStableOffset: -1n,
    logStartOffset: -1n,
    error: errorToWire(error),
  };
}

interface Change {
  readonly happened: Promise<void>;
  readonly wake: () => void;
  readonly stop: () => void;
}

function targetsOf(request: FetchRequest): Target[] {
  if (request.partitions.length > PARTITIONS_PER_REQUEST_MAX) {
    throw brokerErrors.invalidRequest("too many partitions in one request", { partitions: request.partitions.length });
  }
  return request.partitions.map(({ topic, partition, offset, maxBytes, currentLeaderEpoch, endOffset = MAX_OFFSET }: FetchPartition) => {
    if (offset < 0n || offset > MAX_OFFSET)
      throw brokerErrors.invalidRequest("a fetch offset is 0 or more; ask ListOffsets for earliest and latest", { topic, partition });
    if (endOffset < 0n || endOffset > MAX_OFFSET)
      throw brokerErrors.invalidRequest("an end offset is 0 or more; leave it out to read on", { topic, partition });
    return {
      topic,
      partition,
      offset: offsetOf(Number(offset)),
      maxBytes: maxBytes > 0 ? maxBytes : FETCH_PARTITION_BYTES_DEFAULT,
      leaderEpoch: currentLeaderEpoch,
      endOffset: offsetOf(Number(endOffset)),
    };
  });
}

const MAX_OFFSET = BigInt(Number.MAX_SAFE_INTEGER);

function isAtEnd({ offset, endOffset }: Target): boolean {
  return offset >= endOffset;
}

function targetOf(targets: readonly Target[], result: FetchResultInit): Target | undefined {
  return targets.find((target) => target.topic === result.topic && target.partition === result.partition);
}

function keyOf(at: { topic?: string; partition?: number }): string {
  return topicPartitionKey(at.topic ?? "", at.partition ?? 0);
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [first] = chunks;
  if (first === undefined) return NO_BYTES;
  if (chunks.length === 1) return first;
  const whole = new Uint8Array(sizeBytes);
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.length;
  }
  return whole;
}

const NO_BYTES = new Uint8Array(0);
