import type { MessageInitShape } from "@bufbuild/protobuf";
import { BrokerPeerService, type ReplicaFetchRequestSchema, type ReplicaFetchResult } from "@millrace/contracts";
import { type LeaderEpoch, leaderEpoch, offset, type Offset, toAppError } from "@millrace/model";
import { sleep } from "@millrace/ports";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { DISK_FULL_AGAIN_MS, RECONNECT_MS_FIRST, REPLICA_RECONNECT_MS_MAX, REPLICA_RETRY_MS } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { Throttle } from "./throttle.ts";
import { appendReplicated, cutDiverging, restartAt, takeLogStart } from "./follower-log.ts";

type Request = MessageInitShape<typeof ReplicaFetchRequestSchema>;

export interface FetcherContext {
  readonly ports: BrokerPorts;
  readonly brokerId: number;
  brokerEpoch(): number;
  /** undefined: the leader is not known now. */
  addressOf(leader: number): string | undefined;
  /** It is being moved to this broker, and has not caught up. */
  isBeingAdded(partition: LocalPartition): boolean;
  /** For what is taken of such partitions, from all leaders. */
  readonly throttle: Throttle;
  logPortsOf(partition: LocalPartition): Parameters<typeof cutDiverging>[0]["logPorts"];
  /** Its log broke off in the middle of a cut, and is closed: it has to be opened again. */
  logLost(partition: LocalPartition, error: unknown): void;
}

interface Followed {
  readonly partition: LocalPartition;
  readonly topicId: string;
  readonly epoch: LeaderEpoch;
  /** The answer to the last position has been handled: the next one may be told once it is on disk. */
  isAnswered: boolean;
}

/** The stream to one leader: tells where this broker is in each partition it follows there, and takes what comes. One stream, whatever the number of partitions. */
export class ReplicaFetcher {
  readonly #leader: number;
  readonly #context: FetcherContext;
  readonly #followed = new Map<string, Followed>();
  readonly #due = new Set<Followed>();
  readonly #removed: { topicId: string; partition: number }[] = [];
  readonly #stop = new AbortController();
  #wake: Deferred<void> = createDeferred();
  #running: Promise<void> | undefined;
  #ended = new AbortController();

  constructor(leader: number, context: FetcherContext) {
    this.#leader = leader;
    this.#context = context;
  }

  follow(partition: LocalPartition, epoch: LeaderEpoch): void {
    const { topicId } = partition.log.identity;
    const followed: Followed = { partition, topicId, epoch, isAnswered: true };
    this.#followed.set(keyOf(topicId, partition.partition), followed);
    partition.follow(epoch, () => this.#progressed(followed));
    this.#progressed(followed);
    this.#running ??= this.#run();
  }

  /** Nothing is taken from this leader for the partition any more. */
  unfollow(partition: LocalPartition): void {
    const { topicId } = partition.log.identity;
    const key = keyOf(topicId, partition.partition);
    const followed = this.#followed.get(key);
    if (followed === undefined) return;
    this.#followed.delete(key);
    this.#due.delete(followed);
    this.#removed.push({ topicId, partition: partition.partition });
    this.#wake.resolve();
  }

  /** A new stream, in which all positions are told again: the leader knows this broker by the broker epoch that stands beside each. */
  restart(): void {
    this.#ended.abort();
    this.#wake.resolve();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.resolve();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { ports } = this.#context;
    const { signal } = this.#stop;
    let failures = 0;
    const isStopped = (): boolean => signal.aborted;
    while (!isStopped()) {
      try {
        await this.#stream(() => (failures = 0));
      } catch (error) {
        if (isStopped()) return;
        if (failures === 0) ports.logger.info("replica stream ended", { leader: this.#leader, error: toAppError(error).code });
      }
      failures++;
      const waitMs = Math.min(RECONNECT_MS_FIRST * 2 ** Math.min(failures - 1, 10), REPLICA_RECONNECT_MS_MAX);
      await sleep(ports.clock, waitMs, signal).catch(() => undefined); // aborted: the loop ends
    }
  }

  /** One stream, to its end. In a new one the leader knows nothing: all positions are told. */
  async #stream(onAnswer: () => void): Promise<void> {
    const { ports } = this.#context;
    while (this.#followed.size === 0 && !this.#stop.signal.aborted) await this.#woken();
    const address = this.#context.addressOf(this.#leader);
    if (address === undefined || this.#stop.signal.aborted) return;
    const ended = (this.#ended = new AbortController());
    const signal = AbortSignal.any([this.#stop.signal, ended.signal]);
    this.#removed.length = 0;
    for (const followed of this.#followed.values()) {
      followed.isAnswered = true;
      this.#progressed(followed);
    }
    try {
      for await (const { results } of ports.transport.client(BrokerPeerService, address).replicaFetch(this.#requests(signal), { signal })) {
        onAnswer();
        for (const result of results) await this.#handle(result);
      }
    } finally {
      ended.abort();
      // What readers hold from now on, is not heard here.
      for (const { partition, epoch } of this.#followed.values()) partition.leaderTold(epoch, { compactableEndOffset: offset(0) });
      this.#wake.resolve();
    }
  }

  async *#requests(signal: AbortSignal): AsyncGenerator<Request, void, undefined> {
    while (!signal.aborted) {
      const request = this.#take();
      if (request === undefined) await this.#woken();
      else yield request;
    }
  }

  #take(): Request | undefined {
    if (this.#due.size + this.#removed.length === 0) return undefined;
    const positions = [...this.#due].map((followed) => {
      const { log, partition } = followed.partition;
      followed.isAnswered = false;
      return {
        topicId: followed.topicId,
        partition,
        leaderEpoch: followed.epoch,
        offset: BigInt(log.replicaEndOffset),
        lastFetchedEpoch: log.leaderEpoch,
      };
    });
    this.#due.clear();
    const removed = this.#removed.splice(0, this.#removed.length);
    return { brokerId: this.#context.brokerId, brokerEpoch: BigInt(this.#context.brokerEpoch()), positions, removed };
  }

  async #handle(result: ReplicaFetchResult): Promise<void> {
    const followed = this.#followed.get(keyOf(result.topicId, result.partition));
    if (followed?.epoch !== result.leaderEpoch) return;
    const { partition, epoch } = followed;
    const { ports } = this.#context;
    const logPorts = this.#context.logPortsOf(partition);
    try {
      if (result.error !== undefined) {
        if (result.error.code !== "offset-out-of-range") return this.#askLater(followed);
        const before = partition.log;
        await restartAt({ partition, epoch, startOffset: Number(result.logStartOffset) as Offset, logPorts });
        // The same position would be refused again at once, and so on.
        if (partition.log === before) return this.#askLater(followed);
      } else if (result.diverging !== undefined) {
        const { leaderEpoch: divergingEpoch, endOffset } = result.diverging;
        const leader = { leaderEpoch: leaderEpoch(divergingEpoch), endOffset: Number(endOffset) as Offset };
        await cutDiverging({ partition, epoch, leader, logPorts, logger: ports.logger });
      } else {
        const { batches } = result;
        if (batches.length > 0) await appendReplicated({ partition, epoch, batches, nowMs: ports.clock.wallMs(), tracer: ports.tracer });
        const compactableEndOffset = Number(result.compactableEndOffset) as Offset;
        partition.leaderTold(epoch, { highWatermark: Number(result.highWatermark) as Offset, compactableEndOffset });
        await takeLogStart({ partition, epoch, logStartOffset: Number(result.logStartOffset) as Offset });
        if (result.batches.length === 0) return;
        if (this.#context.isBeingAdded(partition)) {
          this.#context.throttle.charge(result.batches.length);
          const { waitMs } = this.#context.throttle;
          if (waitMs > 0) return this.#askLater(followed, waitMs);
        }
      }
      followed.isAnswered = true;
      this.#progressed(followed);
    } catch (error) {
      const { topic } = partition;
      if (partition.log.failure !== undefined) return this.#context.logLost(partition, error);
      if (this.#followed.get(keyOf(result.topicId, result.partition)) !== followed) return; // it moved away meanwhile, and its log is closed
      // The broker has told it, once for all partitions.
      if (toAppError(error).kind === "exhausted") return this.#askLater(followed, DISK_FULL_AGAIN_MS);
      ports.logger.warn("records of the leader cannot be taken", { topic, partition: partition.partition, leader: this.#leader, error });
      this.#askLater(followed);
    }
  }

  /** Tells the position, once everything that was taken is on disk. */
  #progressed(followed: Followed): void {
    const { log } = followed.partition;
    if (!followed.isAnswered || log.replicaEndOffset < log.stagedEndOffset) return;
    this.#tell(followed);
  }

  /** The answer was no: the metadata that explains it is on its way, or the disk has to recover. Or more is not to be taken yet. */
  #askLater(followed: Followed, waitMs = REPLICA_RETRY_MS): void {
    this.#context.ports.clock.setTimer(waitMs, () => {
      followed.isAnswered = true;
      this.#progressed(followed);
    });
  }

  #tell(followed: Followed): void {
    const { partition, topicId } = followed;
    if (this.#followed.get(keyOf(topicId, partition.partition)) !== followed || partition.log.failure !== undefined) return;
    this.#due.add(followed);
    this.#wake.resolve();
  }

  async #woken(): Promise<void> {
    await this.#wake.promise;
    this.#wake = createDeferred();
  }
}

function keyOf(topicId: string, partition: number): string {
  return `${topicId}/${partition}`;
}
