import { timestampMs } from "@millrace/model";
import type { Timer } from "@millrace/ports";
import type { BrokerPorts } from "../node-ports.ts";
import { CHECKPOINTS_PER_ROUND_MAX, RETENTION_LOGS_PER_TURN } from "../limits.ts";
import type { LocalPartition } from "../partitions/local-partition.ts";
import type { Replicas } from "../partitions/replicas.ts";

/**
 * What logs need from time to time: old segments deleted, recovery points saved, logs with flush=interval synced. One timer each; a round starts when the one
 * before has ended. While nothing waits to be synced there is no timer for it.
 */
export class Maintenance {
  readonly #replicas: Replicas;
  readonly #ports: BrokerPorts;
  readonly #timers = new Set<Timer>();
  readonly #syncedAtMs = new WeakMap<LocalPartition, number>();
  #syncTimer: Timer | undefined;
  #isStopped = false;
  #running: Promise<void>[] = [];

  constructor(replicas: Replicas, ports: BrokerPorts) {
    this.#replicas = replicas;
    this.#ports = ports;
  }

  start(settings: { retentionCheckMs: number; checkpointMs: number }): void {
    this.#every(settings.retentionCheckMs, () => this.#applyRetention());
    this.#every(settings.checkpointMs, () => this.#saveCheckpoints());
    const { groupCommit } = this.#replicas;
    groupCommit.whenUnsynced(() => this.#syncSoon());
    if (groupCommit.unsynced.size > 0) this.#syncSoon();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
    this.#syncTimer?.cancel();
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
    let looked = 0;
    for (const local of this.#replicas.all()) {
      if (++looked % RETENTION_LOGS_PER_TURN === 0) await new Promise<void>((resolve) => this.#ports.defer(resolve));
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

  /** Those that changed, the longest waiting first, and only so many at once: each is a small file that is synced. */
  async #saveCheckpoints(): Promise<void> {
    const { unsaved } = this.#replicas.groupCommit;
    let saved = 0;
    for (const local of [...unsaved]) {
      const { log, config } = local;
      if (config.storage === "memory") await this.#replicas.memoryOffsets.keepAhead(log.folder, log.logEndOffset);
      else if (saved >= CHECKPOINTS_PER_ROUND_MAX) continue;
      unsaved.delete(local);
      if (log.failure !== undefined) continue;
      const { highWatermark, logEndOffset } = log;
      await log.checkpoint().catch((error: unknown) => {
        if (log.failure !== undefined) return; // it was deleted meanwhile, or its disk failed, which is told where it is found
        unsaved.add(local);
        throw error;
      });
      if (highWatermark < logEndOffset) unsaved.add(local); // it moves when others have what this one has
      saved++;
    }
  }

  #syncSoon(): void {
    if (this.#isStopped) return;
    this.#syncTimer ??= this.#ports.clock.setTimer(FLUSH_TICK_MS, () => {
      this.#syncTimer = undefined;
      this.#syncDue();
      if (this.#replicas.groupCommit.unsynced.size > 0) this.#syncSoon();
    });
  }

  #syncDue(): void {
    const { unsynced } = this.#replicas.groupCommit;
    const nowMs = this.#ports.clock.monotonicMs();
    for (const local of unsynced) {
      const { log, config } = local;
      if (log.failure !== undefined || log.syncedEndOffset >= log.logEndOffset) unsynced.delete(local);
      else if (nowMs - (this.#syncedAtMs.get(local) ?? 0) >= config.flushIntervalMs) {
        this.#syncedAtMs.set(local, nowMs);
        local.sync();
      }
    }
  }
}

const FLUSH_TICK_MS = 100; // how exactly flush.ms is kept
