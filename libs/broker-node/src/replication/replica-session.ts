import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type CallContext,
  errorToWire,
  type ReplicaFetchRequest,
  type ReplicaFetchResponseSchema,
  type ReplicaPosition,
} from "@millrace/contracts";
import {
  brokerEpoch,
  type BrokerEpoch,
  brokerId,
  type BrokerId,
  leaderEpoch,
  offset as offsetOf,
  type Offset,
  toAppError,
} from "@millrace/model";
import { divergingEpoch } from "@millrace/replication";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { brokerErrors } from "../errors.ts";
import { REPLICA_ANSWER_BYTES, REPLICA_PARTITION_BYTES, REPLICA_WATERMARK_MS, THROTTLE_LOOK_MS } from "../limits.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { RpcContext } from "../rpc/rpc-context.ts";
import type { InSyncRequests } from "./in-sync-requests.ts";
import { isBeingAdded } from "./is-being-added.ts";
import type { Throttle } from "./throttle.ts";

type Answer = MessageInitShape<typeof ReplicaFetchResponseSchema>;
type Result = NonNullable<Answer["results"]>[number];

interface Entry {
  readonly topicId: string;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly follower: BrokerId;
  readonly local: LocalPartition | undefined;
  /** Why it cannot be served; told once. */
  readonly error: unknown;
  readonly position: Offset;
  readonly lastFetchedEpoch: number;
  /** The follower waits for records; after an answer it does not, until it tells its next position. */
  isWaiting: boolean;
  told: Told;
  stop(): void;
}

/** Of the leader's log: beside records, a follower hears of what has changed. */
interface Told {
  readonly highWatermark: Offset;
  readonly logStartOffset: Offset;
  readonly compactableEndOffset: Offset;
}

/** One follower's stream on its leader: takes positions, and answers each with records as soon as there are any. Idle partitions cost nothing. */
export class ReplicaSession {
  readonly #context: RpcContext;
  readonly #inSync: InSyncRequests;
  readonly #throttle: Throttle;
  readonly #entries = new Map<string, Entry>();
  readonly #ready = new Set<Entry>();
  #wake: Deferred<void> = createDeferred();
  #isOver = false;
  #failure: unknown;

  constructor(context: RpcContext, { inSync, throttle }: { inSync: InSyncRequests; throttle: Throttle }) {
    this.#context = context;
    this.#inSync = inSync;
    this.#throttle = throttle;
  }

  async *serve(requests: AsyncIterable<ReplicaFetchRequest>, call: CallContext): AsyncGenerator<Answer, void, undefined> {
    const { ports, stopping } = this.#context;
    const end = (): void => {
      this.#isOver = true;
      this.#wake.resolve();
    };
    const signal = AbortSignal.any([call.signal, stopping]);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    void this.#read(requests)
      .catch((error: unknown) => (this.#failure = error))
      .finally(end);
    let watermarksAtMs = ports.clock.monotonicMs();
    try {
      while (!this.#isOver) {
        if (ports.clock.monotonicMs() - watermarksAtMs >= REPLICA_WATERMARK_MS) {
          watermarksAtMs = ports.clock.monotonicMs();
          this.#watermarksDue();
        }
        const results = this.#take();
        if (results.length > 0) yield { results };
        else await this.#wait();
      }
      if (this.#failure !== undefined) throw toAppError(this.#failure);
    } finally {
      signal.removeEventListener("abort", end);
      for (const entry of this.#entries.values()) entry.stop();
      this.#entries.clear();
    }
  }

  async #read(requests: AsyncIterable<ReplicaFetchRequest>): Promise<void> {
    for await (const request of requests) {
      if (this.#isOver) return;
      const follower = { id: brokerId(request.brokerId), brokerEpoch: brokerEpoch(Number(request.brokerEpoch)) };
      for (const { topicId, partition } of request.removed) this.#forget(keyOf(topicId, partition));
      for (const position of request.positions) this.#note(position, follower);
      this.#wake.resolve();
    }
  }

  #note(position: ReplicaPosition, follower: { id: BrokerId; brokerEpoch: BrokerEpoch }): void {
    const { topicId, partition, leaderEpoch: epoch, lastFetchedEpoch } = position;
    const key = keyOf(topicId, partition);
    const before = this.#entries.get(key);
    this.#forget(key);
    let local: LocalPartition | undefined;
    let error: unknown;
    let endOffset = 0 as Offset;
    try {
      endOffset = offsetOf(Number(position.offset));
      local = this.#leaderOf(position);
      if (!this.#context.view.partition(local.topic, partition)?.replicas.includes(follower.id))
        throw brokerErrors.invalidRequest("the broker is no replica of the partition", {
          topic: local.topic,
          partition,
          broker: follower.id,
        });
    } catch (cause) {
      error = cause;
    }
    const entry: Entry = {
      topicId,
      partition,
      leaderEpoch: epoch,
      follower: follower.id,
      local: error === undefined ? local : undefined,
      error,
      position: endOffset,
      lastFetchedEpoch,
      isWaiting: true,
      told: before?.leaderEpoch === epoch ? before.told : NOTHING_TOLD,
      stop: () => undefined,
    };
    this.#entries.set(key, entry);
    if (entry.local === undefined) {
      this.#ready.add(entry);
      return;
    }
    entry.stop = entry.local.onWritten(() => this.#written(entry));
    this.#written(entry);
    // Only what agrees with this log counts as held: a follower that has yet to cut holds nothing for sure.
    if (this.#divergence(entry) !== undefined) this.#ready.add(entry);
    else if (entry.local.fetched({ follower: follower.id, brokerEpoch: follower.brokerEpoch, endOffset }) !== undefined)
      this.#inSync.send(entry.local);
  }

  #leaderOf({ topicId, partition, leaderEpoch: epoch }: ReplicaPosition): LocalPartition {
    const { view, replicas } = this.#context;
    const topic = view.topicById(topicId);
    if (topic === undefined) throw brokerErrors.unknownTopic(topicId);
    const local = replicas.requireLeader(topic.name, partition);
    const currentLeaderEpoch = local.leaderEpoch ?? -1;
    const context = { topic: topic.name, partition, leaderEpoch: epoch, currentLeaderEpoch };
    if (epoch < currentLeaderEpoch) throw brokerErrors.fencedEpoch(context);
    if (epoch > currentLeaderEpoch) throw brokerErrors.unknownEpoch(context);
    return local;
  }

  #written(entry: Entry): void {
    if (!entry.isWaiting || entry.local === undefined) return;
    const isLed = entry.local.leaderEpoch === entry.leaderEpoch;
    if (isLed && entry.local.log.logEndOffset <= entry.position) return;
    this.#ready.add(entry);
    this.#wake.resolve();
  }

  /** What is ready, up to the bound of one message. */
  #take(): Result[] {
    const results: Result[] = [];
    let bytes = 0;
    for (const entry of this.#ready) {
      if (bytes >= REPLICA_ANSWER_BYTES) break;
      this.#ready.delete(entry);
      const isThrottled = this.#isThrottled(entry);
      if (isThrottled && this.#throttle.waitMs > 0) {
        this.#later(entry, Math.min(this.#throttle.waitMs, THROTTLE_LOOK_MS));
        continue;
      }
      const result = this.#answer(entry);
      if (isThrottled) this.#throttle.charge(result.batches?.length ?? 0);
      bytes += result.batches?.length ?? 0;
      results.push(result);
    }
    return results;
  }

  #isThrottled({ local, partition, follower }: Entry): boolean {
    return local !== undefined && isBeingAdded(this.#context.view.partition(local.topic, partition), follower);
  }

  /** Not for longer than it is throttled: a replica that comes into the in-sync set has the high watermark waiting for it. */
  #later(entry: Entry, waitMs: number): void {
    this.#context.ports.clock.setTimer(waitMs, () => {
      if (this.#entries.get(keyOf(entry.topicId, entry.partition)) !== entry) return;
      this.#ready.add(entry);
      this.#wake.resolve();
    });
  }

  #answer(entry: Entry): Result {
    const { topicId, partition, local } = entry;
    const at = { topicId, partition, leaderEpoch: entry.leaderEpoch };
    try {
      if (local === undefined) throw entry.error;
      const { log } = local;
      if (local.leaderEpoch !== entry.leaderEpoch) throw brokerErrors.notLeader({ topic: local.topic, partition });
      entry.told = toldOf(local);
      const ends = {
        highWatermark: BigInt(entry.told.highWatermark),
        logStartOffset: BigInt(entry.told.logStartOffset),
        compactableEndOffset: BigInt(entry.told.compactableEndOffset),
      };
      if (!entry.isWaiting) return { ...at, ...ends };
      if (entry.position < log.logStartOffset) {
        entry.isWaiting = false;
        return {
          ...at,
          ...ends,
          error: errorToWire(brokerErrors.replicaOutOfRange({ topic: local.topic, partition, offset: entry.position })),
        };
      }
      const diverging = this.#divergence(entry);
      if (diverging !== undefined) {
        entry.isWaiting = false;
        return { ...at, ...ends, diverging: { leaderEpoch: diverging.leaderEpoch, endOffset: BigInt(diverging.endOffset) } };
      }
      if (log.logEndOffset <= entry.position) return { ...at, ...ends };
      const { chunks, sizeBytes } = log.read({ offset: entry.position, maxBytes: REPLICA_PARTITION_BYTES, endOffset: log.logEndOffset });
      if (sizeBytes > 0) entry.isWaiting = false;
      return { ...at, ...ends, batches: joined(chunks, sizeBytes) };
    } catch (error) {
      entry.isWaiting = false;
      return { ...at, highWatermark: -1n, logStartOffset: -1n, error: errorToWire(error) };
    }
  }

  #divergence(entry: Entry) {
    const log = entry.local?.log;
    if (log === undefined) return undefined;
    const lastFetchedEpoch = leaderEpoch(entry.lastFetchedEpoch);
    const leader = { found: log.endOffsetOfEpoch(lastFetchedEpoch), logStartOffset: log.logStartOffset };
    return divergingEpoch({ offset: entry.position, lastFetchedEpoch }, leader);
  }

  /** Followers hear of a high watermark, a start and what is held with their next records; without any, from time to time. */
  #watermarksDue(): void {
    for (const entry of this.#entries.values()) {
      if (entry.local?.leaderEpoch === entry.leaderEpoch && isNews(toldOf(entry.local), entry.told)) this.#ready.add(entry);
    }
  }

  async #wait(): Promise<void> {
    const timer = this.#context.ports.clock.setTimer(REPLICA_WATERMARK_MS, () => this.#wake.resolve());
    await this.#wake.promise;
    timer.cancel();
    this.#wake = createDeferred();
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.stop();
    this.#entries.delete(key);
    this.#ready.delete(entry);
  }
}

const NOTHING_TOLD: Told = { highWatermark: -1 as Offset, logStartOffset: -1 as Offset, compactableEndOffset: -1 as Offset };

function toldOf({ log: { highWatermark, logStartOffset }, compactableEndOffset }: LocalPartition): Told {
  return { highWatermark, logStartOffset, compactableEndOffset };
}

function isNews(now: Told, told: Told): boolean {
  return (
    now.highWatermark > told.highWatermark ||
    now.logStartOffset > told.logStartOffset ||
    now.compactableEndOffset !== told.compactableEndOffset
  );
}

function keyOf(topicId: string, partition: number): string {
  return `${topicId}/${partition}`;
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const whole = new Uint8Array(sizeBytes);
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.length;
  }
  return whole;
}
