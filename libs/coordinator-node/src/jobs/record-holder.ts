import { BrokerService, type RpcTransport } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import type { Clock, Logger, Timer } from "@millrace/ports";
import type { SourcePartition } from "@millrace/scheduling";
import type { ClusterView } from "../jobs-port.ts";
import { HOLD_INTERVAL_MS, HOLD_TTL_MS, LIST_OFFSETS_TIMEOUT_MS } from "./limits.ts";
import { isOfTopic, leaderAddress } from "./resolve-sources.ts";

/** A running job, and where a recovery of it would begin to read: the offsets of its last checkpoint, in the order of its source partitions. */
export interface ReplayingJob {
  readonly jobId: string;
  readonly sources: readonly SourcePartition[];
  readonly positions: readonly number[];
}

interface Ports {
  readonly cluster: ClusterView;
  readonly transport: RpcTransport;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Tells brokers, again and again, which records running jobs may still replay, so that retention spares them (DESIGN idea 4). */
export class RecordHolder {
  readonly #jobs: () => readonly ReplayingJob[];
  readonly #ports: Ports;
  #timer: Timer | undefined;

  constructor(jobs: () => readonly ReplayingJob[], ports: Ports) {
    this.#jobs = jobs;
    this.#ports = ports;
  }

  start(): void {
    this.#timer = this.#ports.clock.setTimer(HOLD_INTERVAL_MS, () => {
      this.start();
      void this.hold();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** One round. A partition without a leader, or a broker that does not answer, is tried again with the next: holds outlive several rounds. */
  async hold(): Promise<void> {
    await Promise.all(this.#jobs().map((job) => this.#holdJob(job)));
  }

  async #holdJob({ jobId, sources, positions }: ReplayingJob): Promise<void> {
    const all = sources.map((source, i) => ({ source, fromOffset: BigInt(positions[i] ?? 0) }));
    const wanted = all.flatMap(({ source, fromOffset }) =>
      isOfTopic(source) ? [{ topic: source.topic, partition: source.partition, fromOffset }] : [],
    );
    const byLeader = Map.groupBy(wanted, ({ topic, partition }) => this.#leaderOf(topic, partition));
    for (const [address, holds] of byLeader) {
      if (address === undefined) continue;
      try {
        await this.#ports.transport
          .client(BrokerService, address)
          .holdRecords({ holder: jobId, holds, ttlMs: HOLD_TTL_MS }, { timeoutMs: LIST_OFFSETS_TIMEOUT_MS });
      } catch (error) {
        this.#ports.logger.warn("records not held", { job: jobId, address, code: toAppError(error).code });
      }
    }
  }

  #leaderOf(topic: string, partition: number): string | undefined {
    const description = this.#ports.cluster.topic(topic);
    if (description === undefined) return undefined;
    try {
      return leaderAddress(description, partition, this.#ports.cluster);
    } catch {
      return undefined; // It has none now.
    }
  }
}
