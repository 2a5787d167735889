import {
  BrokerService,
  type CallContext,
  errorToWire,
  type FetchPartition,
  type FetchRequest,
  type FetchResponseSchema,
} from "@millrace/contracts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type AppError, leaderEpoch, type LeaderEpoch, type Offset, offsetFromWire, topicPartitionKey } from "@millrace/model";
import { brokerErrors } from "../errors.ts";
import { isolationOf } from "../from-wire.ts";
import {
  FETCH_BYTES_DEFAULT,
  FETCH_BYTES_MAX,
  FETCH_PARTITION_BYTES_DEFAULT,
  FORWARD_TIMEOUT_MS,
  PARTITIONS_PER_REQUEST_MAX,
} from "../limits.ts";
import { readUntilEnough, waitFor, watch } from "../reads/long-poll.ts";
import {
  countAnswered,
  type PartitionRead,
  type ReadPart,
  readPartitions,
  type ReadPass,
  type ReadTarget,
} from "../reads/read-partitions.ts";
import { decodeRecords } from "./decode-records.ts";
import { FORWARDED } from "./produce.ts";
import type { RpcContext } from "./rpc-context.ts";

type FetchAnswer = MessageInitShape<typeof FetchResponseSchema>;
export type FetchResultInit = NonNullable<FetchAnswer["results"]>[number];

/** Moves on as a stream reads. */
type Target = Omit<ReadTarget, "offset" | "lastFetchedEpoch"> & { offset: Offset; lastFetchedEpoch: LeaderEpoch | undefined };

/** Fetch and FetchStream. Waiting readers are woken by a move of the high watermark or last stable offset, never by a timer (G17). */
export class FetchHandler {
  readonly #context: RpcContext;

  constructor(context: RpcContext) {
    this.#context = context;
  }

  async fetch(request: FetchRequest, call: CallContext): Promise<FetchAnswer> {
    const targets = targetsOf(request);
    const maxWaitMs = targets.every(isAtEnd) ? 0 : request.maxWaitMs; // nothing more will come
    const read = (): ReadPass => this.#read(targets, request);
    const pass = await readUntilEnough(targets, { read, minBytes: request.minBytes, maxWaitMs, call }, this.#context);
    return { results: await this.#forwardDecoded(this.#resultsOf(targets, pass, request.decode), request, call) };
  }

  /**
   * Whole batches from each target's offset on, for as long as the caller reads or until every target has reached its end. Partitions with an error are told and
   * left out from then on.
   */
  async *fetchStream(request: FetchRequest, call: CallContext): AsyncGenerator<{ fetch: FetchAnswer }> {
    let targets = targetsOf(request).filter((target) => !isAtEnd(target));
    const signal = AbortSignal.any([call.signal, this.#context.stopping]);
    const { clock } = this.#context.ports;
    let lookingSinceMs = clock.monotonicMs();
    const epochs = new Map<string, number>();
    while (targets.length > 0 && !call.signal.aborted) {
      if (this.#context.stopping.aborted) throw brokerErrors.stopping();
      const change = watch(targets, this.#context);
      const pass = inOneEpoch(this.#read(targets, request), { targets, epochs });
      if (pass.sizeBytes === 0 && !pass.isUrgent) {
        await waitFor(change, { signal, waitMs: undefined }, this.#context);
        continue;
      }
      change.stop();
      countAnswered(pass, this.#context);
      const results = this.#resultsOf(targets, pass, request.decode);
      const told = results.filter(
        (result) => result.error !== undefined || (result.nextOffset ?? 0n) > BigInt(targetOf(targets, result)?.offset ?? 0),
      );
      for (const result of told) {
        const target = targetOf(targets, result);
        if (target === undefined) continue;
        target.offset = offsetFromWire(result.nextOffset ?? 0n);
        target.lastFetchedEpoch = undefined; // what is read here is of this log, as long as it has this leader
      }
      const failed = new Set(told.filter((result) => result.error !== undefined).map(keyOf));
      targets = targets.filter((target) => !isAtEnd(target) && !failed.has(keyOf(target)));
      this.#context.metrics.fetchWaitSeconds.record((clock.monotonicMs() - lookingSinceMs) / 1_000);
      yield { fetch: { results: told } };
      lookingSinceMs = clock.monotonicMs();
    }
  }

  #read(targets: readonly Target[], request: FetchRequest): ReadPass {
    const maxBytes = Math.min(request.maxBytes > 0 ? request.maxBytes : FETCH_BYTES_DEFAULT, FETCH_BYTES_MAX);
    return readPartitions(targets, { isolation: isolationOf(request.isolation), maxBytes }, this.#context);
  }

  /** A message has each partition's bytes in one piece: where a read gave several, they are joined here. */
  #resultsOf(targets: readonly Target[], { parts }: ReadPass, decode: boolean): FetchResultInit[] {
    return targets.map((target, index) => {
      const part = parts[index];
      const { topic, partition, offset } = target;
      if (part?.kind !== "read") return failed({ topic, partition, offset: BigInt(offset) }, part?.error);
      if (part.diverging !== undefined) return failed({ topic, partition, offset: BigInt(offset) }, truncated(target, part.diverging));
      try {
        return this.#resultOf(part, target, decode);
      } catch (error) {
        return failed({ topic, partition, offset: BigInt(offset) }, error); // records that cannot be decoded
      }
    });
  }

  #resultOf(part: PartitionRead, { topic, partition, offset }: Target, decode: boolean): FetchResultInit {
    const batches = joined(part.chunks, part.sizeBytes);
    const common = {
      topic,
      partition,
      highWatermark: BigInt(part.highWatermark),
      lastStableOffset: BigInt(part.lastStableOffset),
      logStartOffset: BigInt(part.logStartOffset),
      nextOffset: BigInt(part.nextOffset),
    };
    if (decode)
      return { ...common, records: decodeRecords({ batches, aborted: part.aborted, fromOffset: offset }, this.#context.ports.compression) };
    const abortedTransactions = part.aborted.map(({ producerId, firstOffset }) => ({
      producerId: BigInt(producerId),
      firstOffset: BigInt(firstOffset),
    }));
    return { ...common, batches, abortedTransactions };
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

/** The pass; a partition with another leader epoch than the stream began in has failed: what was cut meanwhile, the reader's next stream will tell. */
function inOneEpoch(pass: ReadPass, { targets, epochs }: { targets: readonly Target[]; epochs: Map<string, number> }): ReadPass {
  let { isUrgent } = pass;
  const parts = pass.parts.map((part, index): ReadPart => {
    const target = targets[index];
    if (part.kind !== "read" || target === undefined) return part;
    const epoch = part.partition.log.leaderEpoch;
    const before = epochs.get(keyOf(target));
    if (before === undefined) epochs.set(keyOf(target), epoch);
    if (before === undefined || before === epoch) return part;
    isUrgent = true;
    part.release();
    const { topic, partition } = target;
    return { kind: "failed", topic, error: brokerErrors.notLeader({ topic, partition, leaderEpoch: before, currentLeaderEpoch: epoch }) };
  });
  return { ...pass, parts, isUrgent };
}

function truncated(
  { topic, partition, offset, lastFetchedEpoch }: Target,
  { leaderEpoch: epoch, endOffset }: NonNullable<PartitionRead["diverging"]>,
): AppError {
  const at = { topic, partition, offset, lastFetchedEpoch };
  return brokerErrors.logTruncated({ ...at, divergingEpoch: epoch, divergingOffset: endOffset });
}

function targetsOf(request: FetchRequest): Target[] {
  if (request.partitions.length > PARTITIONS_PER_REQUEST_MAX) {
    throw brokerErrors.invalidRequest("too many partitions in one request", { partitions: request.partitions.length });
  }
  return request.partitions.map((asked: FetchPartition) => {
    const { topic, partition, offset, maxBytes, currentLeaderEpoch, endOffset = MAX_OFFSET, lastFetchedEpoch = -1 } = asked;
    if (offset < 0n || offset > MAX_OFFSET)
      throw brokerErrors.invalidRequest("a fetch offset is 0 or more; ask ListOffsets for earliest and latest", { topic, partition });
    if (endOffset < 0n || endOffset > MAX_OFFSET)
      throw brokerErrors.invalidRequest("an end offset is 0 or more; leave it out to read on", { topic, partition });
    return {
      topic,
      partition,
      offset: offsetFromWire(offset),
      maxBytes: maxBytes > 0 ? maxBytes : FETCH_PARTITION_BYTES_DEFAULT,
      leaderEpoch: currentLeaderEpoch,
      lastFetchedEpoch: lastFetchedEpoch < 0 ? undefined : leaderEpoch(lastFetchedEpoch),
      endOffset: offsetFromWire(endOffset),
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
