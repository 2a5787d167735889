import { timestampMs } from "@millrace/model";
import type { Timer } from "@millrace/ports";
import type { BrokerPorts } from "../node-ports.ts";
import type { Replicas } from "../partitions/replicas.ts";

/**
 * What logs need from time to time: old segments deleted, recovery points saved, logs with flush=interval synced. One timer each; a round starts when the one
 * before has ended.
 */
export class Maintenance {
  readonly #replicas: Replicas;
  readonly #ports: BrokerPorts;
  readonly #timers = new Set<Timer>();
  readonly #checkpointed = new Map<string, number>();
  readonly #syncedAtMs = new Map<string, number>();
  #isStopped = false;
  #running: Promise<void>[] = [];

  constructor(replicas: Replicas, ports: BrokerPorts) {
    this.#replicas = replicas;
    this.#ports = ports;
  }

  start(settings: { retentionCheckMs: number; checkpointMs: number }): void {
    this.#every(settings.retentionCheckMs, () => this.#applyRetention());
    this.#every(settings.checkpointMs, () => this.#saveCheckpoints());
    this.#every(FLUSH_TICK_MS, () => this.#syncDue());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#running);
  }

  #every(intervalMs: number, work: () => Promise<void>): void {
    const timer = this.#ports.clock.setTimer(intervalMs, () => {
      this.#timers.delete(timer);
      const round = work()
        .catch((error: unknown) => this.#ports.logger.error("maintenance of logs failed", { error }))
        .then(() => {
          this.#running = this.#running.filter((candidate) => candidate !== round);
          if (!this.#isStopped) this.#every(intervalMs, work);
        });
      this.#running.push(round);
    });
    this.#timers.add(timer);
  }

  async #applyRetention(): Promise<void> {
    for (const local of this.#replicas.all()) {
      const { log, topic, partition } = local;
      const retention = local.retention();
      if (log.failure !== undefined || retention === false) continue;
      const now = timestampMs(this.#ports.clock.wallMs());
      const { deletedSegments, deletedBytes, logStartOffset } = await log.applyRetention({
        now,
        ...(retention.keepFrom === undefined ? {} : { keepFrom: retention.keepFrom }),
      });
      if (deletedSegments > 0)
        this.#ports.logger.info("old segments deleted", { topic, partition, deletedSegments, deletedBytes, logStartOffset });
    }
  }

  async #saveCheckpoints(): Promise<void> {
    for (const { log, config } of this.#replicas.all()) {
      if (config.storage === "memory") await this.#replicas.memoryOffsets.keepAhead(log.folder, log.logEndOffset);
      if (log.failure !== undefined || this.#checkpointed.get(log.folder) === log.highWatermark) continue;
      await log.checkpoint();
      this.#checkpointed.set(log.folder, log.highWatermark);
    }
  }

  #syncDue(): Promise<void> {
    const nowMs = this.#ports.clock.monotonicMs();
    for (const local of this.#replicas.all()) {
      if (local.config.flush !== "interval" || local.log.syncedEndOffset >= local.log.logEndOffset) continue;
      const syncedAtMs = this.#syncedAtMs.get(local.log.folder) ?? 0;
      if (nowMs - syncedAtMs < local.config.flushIntervalMs) continue;
      this.#syncedAtMs.set(local.log.folder, nowMs);
      local.sync();
    }
    return Promise.resolve();
  }
}

const FLUSH_TICK_MS = 100; // how exactly flush.ms is kept
