import { BrokerPeerService } from "@millrace/contracts";
import type { ClosedSegment } from "@millrace/log-engine";
import { toAppError } from "@millrace/model";
import { type Counter, sleep } from "@millrace/ports";
import { createDeferred, type Deferred } from "@millrace/stdx";
import type { ClusterView } from "../cluster-view.ts";
import { REPAIR_AGAIN_MS, REPAIR_ANSWER_MS } from "../limits.ts";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { Replicas } from "../partitions/replicas.ts";
import { Pace } from "./pace.ts";

interface ScrubContext {
  readonly brokerId: number;
  readonly view: ClusterView;
  readonly replicas: Replicas;
  /** Told of the folder of a log that was repaired. */
  readonly repaired: (folder: string) => void;
}

interface ScrubSettings {
  readonly scrubIntervalMs: number;
  readonly scrubBytesPerSecond: number;
}

/**
 * Reads every closed segment from time to time and verifies it, one log after another at one rate; a log of which a read has just failed comes first (reliability R17). What is
 * damaged is told, and fetched from another replica below the high watermark, where all agree; until then reads of it are refused, never answered with other bytes. A leader
 * repairs itself in the same way: the rest of its partition goes on.
 */
export class Scrub {
  readonly #context: ScrubContext;
  readonly #settings: ScrubSettings;
  readonly #ports: BrokerPorts;
  readonly #pace: Pace;
  readonly #stop = new AbortController();
  readonly #counters: { readonly read: Counter; readonly repaired: Counter; readonly indexes: Counter };
  /** Folders of logs that are looked at before others. */
  readonly #hurried = new Set<string>();
  /** Files of segments that no replica could give so far. */
  readonly #damaged = new Set<string>();
  #pass: LocalPartition[] = [];
  #nextPassMs: number;
  #wake: Deferred<void> = createDeferred();
  #running: Promise<void> = Promise.resolve();

  constructor(context: ScrubContext, settings: ScrubSettings, ports: BrokerPorts) {
    this.#context = context;
    this.#settings = settings;
    this.#ports = ports;
    this.#pace = new Pace(settings.scrubBytesPerSecond, ports);
    this.#nextPassMs = ports.clock.monotonicMs() + settings.scrubIntervalMs;
    const { metrics } = ports;
    this.#counters = {
      read: metrics.counter("millrace_scrub_read_bytes_total"),
      repaired: metrics.counter("millrace_scrub_repaired_segments_total"),
      indexes: metrics.counter("millrace_scrub_rebuilt_indexes_total"),
    };
    metrics.gauge("millrace_scrub_damaged_segments", () => [{ value: this.#damaged.size }]);
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("stopping"));
    this.#wake.resolve();
    await this.#running;
  }

  /** A read of this log has failed: it is looked at now. */
  hurry(folder: string): void {
    if (this.#hurried.has(folder)) return;
    this.#hurried.add(folder);
    this.#wake.resolve();
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#ports;
    while (!this.#isStopped()) {
      const local = this.#next();
      if (local === undefined) {
        this.#wake = createDeferred();
        const timer = clock.setTimer(Math.max(0, this.#nextPassMs - clock.monotonicMs()), () => this.#wake.resolve());
        if (this.#hurried.size === 0) await this.#wake.promise;
        timer.cancel();
        continue;
      }
      try {
        await this.#scrub(local);
      } catch (error) {
        if (!this.#isStopped() && local.log.failure === undefined)
          logger.error("log cannot be scrubbed", { topic: local.topic, partition: local.partition, error });
      }
    }
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  #next(): LocalPartition | undefined {
    const { clock } = this.#ports;
    const open = this.#context.replicas.all();
    for (const folder of this.#hurried) {
      this.#hurried.delete(folder);
      const local = open.find(({ log }) => log.folder === folder);
      if (local !== undefined) return local;
    }
    if (this.#pass.length === 0 && clock.monotonicMs() >= this.#nextPassMs) {
      this.#pass = open.filter(({ config }) => config.storage !== "memory");
      this.#nextPassMs = clock.monotonicMs() + this.#settings.scrubIntervalMs;
    }
    return this.#pass.shift();
  }

  async #scrub(local: LocalPartition): Promise<void> {
    const { signal } = this.#stop;
    const { log, topic, partition } = local;
    const isOver = (): boolean => signal.aborted || local.log !== log || log.failure !== undefined; // it was cut, or closed
    for (const segment of log.closedSegments()) {
      if (isOver()) return;
      const file = `${log.folder}/${segment.baseOffset}`;
      try {
        const hadIndexes = await log.verifySegment(segment.baseOffset, async (bytes) => {
          this.#counters.read.add(bytes);
          await this.#pace.spend(bytes, signal);
        });
        this.#damaged.delete(file);
        if (hadIndexes) continue;
        this.#counters.indexes.add(1);
        this.#ports.logger.warn("index of a segment was damaged, built anew", { topic, partition, baseOffset: segment.baseOffset });
      } catch (error) {
        const { code } = toAppError(error);
        if (isOver() || (code !== "log-corrupt" && code !== "disk-failed")) throw error;
        this.#ports.logger.error("segment is damaged", { topic, partition, baseOffset: segment.baseOffset, error });
        if (await this.#repair(local, segment)) this.#damaged.delete(file);
        else this.#again(log.folder, file);
      }
    }
  }

  #again(folder: string, file: string): void {
    this.#damaged.add(file);
    sleep(this.#ports.clock, REPAIR_AGAIN_MS, this.#stop.signal).then(
      () => this.hurry(folder),
      () => undefined, // stopping
    );
  }

  /** Asks one replica after another, the leader and those in sync first. */
  async #repair(local: LocalPartition, segment: ClosedSegment): Promise<boolean> {
    const { topic, partition, log } = local;
    const { baseOffset } = segment;
    const { clock, logger } = this.#ports;
    const where = { topic, partition, baseOffset };
    if (segment.endOffset > log.highWatermark) return false; // not acknowledged everywhere yet: soon
    const startedMs = clock.monotonicMs();
    for (const from of this.#donors(local)) {
      try {
        if (!(await log.replaceSegment(baseOffset, this.#batchesFrom(from, local, segment)))) return false;
        this.#counters.repaired.add(1);
        this.#context.repaired(log.folder);
        logger.info("segment repaired from another replica", { ...where, from, ms: Math.round(clock.monotonicMs() - startedMs) });
        return true;
      } catch (error) {
        if (this.#isStopped() || log.failure !== undefined) throw error;
        logger.warn("segment cannot be repaired from this replica", { ...where, from, error });
      }
    }
    const fix = "bring back a broker with a replica, or restore a backup; reads of these records are refused meanwhile";
    logger.error("damaged segment cannot be repaired now", { ...where, fix });
    return false;
  }

  #donors({ topic, partition }: LocalPartition): readonly number[] {
    const { view, brokerId } = this.#context;
    const state = view.partition(topic, partition);
    if (state === undefined) return [];
    const { leader, inSyncSet, replicas, emptiedReplicas } = state;
    const ordered = [...(leader === undefined ? [] : [leader]), ...inSyncSet, ...replicas];
    return [...new Set(ordered)].filter((id) => id !== brokerId && !emptiedReplicas.includes(id) && view.broker(id)?.fenced === false);
  }

  async *#batchesFrom(broker: number, { log, partition }: LocalPartition, segment: ClosedSegment): AsyncGenerator<Uint8Array> {
    const address = this.#context.view.brokerAddress(broker);
    if (address === undefined) return;
    const peer = this.#ports.transport.client(BrokerPeerService, address);
    const endOffset = BigInt(segment.endOffset);
    let offset = BigInt(segment.baseOffset);
    while (offset < endOffset) {
      const request = { topicId: log.identity.topicId, partition, offset, endOffset };
      const { batches, nextOffset } = await peer.readReplica(request, { timeoutMs: REPAIR_ANSWER_MS, signal: this.#stop.signal });
      if (nextOffset <= offset) return;
      await this.#pace.spend(batches.length, this.#stop.signal);
      yield batches;
      offset = nextOffset;
    }
  }
}
