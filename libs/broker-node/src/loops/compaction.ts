import type { CompactionNeed } from "@millrace/log-engine";
import { timestampMs, toAppError } from "@millrace/model";
import { type Counter, sleep } from "@millrace/ports";
import type { BrokerPorts } from "../node-ports.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { Replicas } from "../partitions/replicas.ts";
import { Pace } from "./pace.ts";

interface CompactionSettings {
  readonly compactionCheckMs: number;
  readonly compactionBytesPerSecond: number;
}

interface Due {
  readonly local: LocalPartition;
  readonly keepFrom: ReturnType<LocalPartition["holds"]["floor"]>;
  readonly need: CompactionNeed;
}

/**
 * Compacts the logs of this broker's compacted topics, one at a time, that with the greatest part to compact first: so there is memory for the keys of one pass, and
 * one rate for all. A log with damaged bytes is left alone until it is repaired, or the broker starts again.
 */
export class Compaction {
  readonly #replicas: Replicas;
  readonly #ports: BrokerPorts;
  readonly #settings: CompactionSettings;
  readonly #stop = new AbortController();
  readonly #damaged: (folder: string) => void;
  readonly #uncleanable = new Set<string>();
  readonly #counters: { readonly read: Counter; readonly written: Counter; readonly removed: Counter };
  readonly #pace: Pace;
  #running: Promise<void> = Promise.resolve();

  /** `damaged` is told of the folders of logs that could not be compacted for their bytes. */
  constructor(
    { replicas, damaged }: { readonly replicas: Replicas; readonly damaged: (folder: string) => void },
    settings: CompactionSettings,
    ports: BrokerPorts,
  ) {
    this.#damaged = damaged;
    this.#replicas = replicas;
    this.#settings = settings;
    this.#ports = ports;
    this.#pace = new Pace(settings.compactionBytesPerSecond, ports);
    const { metrics } = ports;
    this.#counters = {
      read: metrics.counter("millrace_compaction_read_bytes_total"),
      written: metrics.counter("millrace_compaction_written_bytes_total"),
      removed: metrics.counter("millrace_compaction_removed_records_total"),
    };
    metrics.gauge("kafka_log_logcleanermanager_uncleanable_partitions_count", () => [{ value: this.#uncleanable.size }]);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** The log was damaged, and is not any more. */
  repaired(folder: string): void {
    this.#uncleanable.delete(folder);
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("stopping"));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#ports;
    const { signal } = this.#stop;
    while (!this.#isStopped()) {
      try {
        await sleep(clock, this.#settings.compactionCheckMs, signal);
        for (let due = this.#mostDue(); due !== undefined; due = this.#mostDue()) await this.#compact(due);
      } catch (error) {
        if (!this.#isStopped()) logger.error("compaction failed", { error });
      }
    }
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  #mostDue(): Due | undefined {
    let most: Due | undefined;
    const now = timestampMs(this.#ports.clock.wallMs());
    for (const local of this.#replicas.all()) {
      if (local.config.cleanupPolicy === "delete" || local.log.failure !== undefined || this.#uncleanable.has(local.log.folder)) continue;
      const spared = local.compaction();
      if (spared === false) continue;
      const need = local.log.compactionNeed({ now, keepFrom: spared.keepFrom });
      if (need?.isDue === true && (most === undefined || need.dirtyRatio > most.need.dirtyRatio))
        most = { local, keepFrom: spared.keepFrom, need };
    }
    return most;
  }

  async #compact({ local, keepFrom, need }: Due): Promise<void> {
    const { clock, logger } = this.#ports;
    const { topic, partition, log } = local;
    const startedMs = clock.monotonicMs();
    const now = timestampMs(clock.wallMs());
    try {
      const result = await log.compact({ now, keepFrom, pause: (bytes) => this.#pause(bytes) });
      if (result === undefined) return;
      this.#counters.written.add(result.writtenBytes);
      this.#counters.removed.add(result.removedRecords);
      const seconds = (clock.monotonicMs() - startedMs) / 1_000;
      logger.info("log compacted", {
        topic,
        partition,
        dirtyBytes: need.dirtyBytes,
        ...result,
        cleanEndOffset: log.cleanEndOffset,
        seconds,
      });
    } catch (error) {
      const { kind, code } = toAppError(error);
      if (this.#isStopped() || code === "log-failed") return;
      if (kind !== "exhausted") this.#uncleanable.add(log.folder);
      if (kind === "corrupt") this.#damaged(log.folder);
      logger.error("log cannot be compacted", { topic, partition, error });
      await sleep(clock, this.#settings.compactionCheckMs, this.#stop.signal);
    }
  }

  async #pause(bytes: number): Promise<void> {
    this.#counters.read.add(bytes);
    await this.#pace.spend(bytes, this.#stop.signal);
  }
}
