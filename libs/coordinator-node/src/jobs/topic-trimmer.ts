import { BrokerService, type RpcTransport } from "@millrace/contracts";
import { CHECKPOINTS_TOPIC, SINK_MARKS_TOPIC, toAppError } from "@millrace/model";
import type { Clock, Logger, Timer } from "@millrace/ports";
import { partitionOfKey } from "@millrace/records";
import type { CheckpointManifest } from "@millrace/scheduling";
import type { ClusterView } from "../jobs-port.ts";
import { LIST_OFFSETS_TIMEOUT_MS, TRIM_INTERVAL_MS } from "./limits.ts";

/** What must stay in the internal topics because of one job or savepoint. */
export interface TrimHolder {
  readonly jobId: string;
  /** undefined: not checkpointed yet, so everything of its partitions stays. */
  readonly checkpoint: CheckpointManifest | undefined;
  /** A savepoint needs its state, but no marks: whoever starts from it begins new ones. */
  readonly needsMarks: boolean;
}

interface Ports {
  readonly cluster: ClusterView;
  readonly transport: RpcTransport;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Keeps the marks and checkpoints topics from growing without end: their start follows what the checkpoints of all jobs still refer to. A floor
 * is used only if it was already allowed one interval ago, longer than any batch may take: so the parts of a checkpoint that is being
 * written, and which no manifest names yet, are never cut.
 */
export class TopicTrimmer {
  readonly #holders: () => readonly TrimHolder[];
  readonly #ports: Ports;
  #former = new Map<string, number>();
  #timer: Timer | undefined;

  constructor(holders: () => readonly TrimHolder[], ports: Ports) {
    this.#holders = holders;
    this.#ports = ports;
  }

  start(): void {
    this.#timer = this.#ports.clock.setTimer(TRIM_INTERVAL_MS, () => {
      this.start();
      this.trim().catch((error: unknown) => {
        this.#ports.logger.warn("internal topics not trimmed", { code: toAppError(error).code, reason: toAppError(error).message });
      });
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** One look: cuts what two looks in a row allowed. */
  async trim(): Promise<void> {
    const floors = this.#floors();
    const former = this.#former;
    this.#former = floors;
    for (const [key, floor] of floors) {
      const beforeOffset = Math.min(floor, former.get(key) ?? 0);
      if (beforeOffset > 0) await this.#cut(key, beforeOffset);
    }
  }

  /** Lowest offset that someone needs, by `topic/partition`. */
  #floors(): Map<string, number> {
    const floors = new Map<string, number>();
    const hold = (topic: string, partition: number, offset: number): void => {
      const key = `${topic}/${partition}`;
      floors.set(key, Math.min(offset, floors.get(key) ?? Infinity));
    };
    for (const { jobId, checkpoint, needsMarks } of this.#holders()) {
      if (needsMarks) hold(SINK_MARKS_TOPIC, this.#partitionOf(jobId, SINK_MARKS_TOPIC), checkpoint?.marksEndOffset ?? 0);
      if (checkpoint === undefined) hold(CHECKPOINTS_TOPIC, this.#partitionOf(jobId, CHECKPOINTS_TOPIC), 0);
      for (const { location } of checkpoint?.parts ?? []) {
        if (location.type === "topic") hold(location.topic, location.partition, location.firstOffset);
      }
    }
    return floors;
  }

  #partitionOf(jobId: string, topic: string): number {
    return partitionOfKey(new TextEncoder().encode(jobId), this.#ports.cluster.topic(topic)?.partitions.length ?? 1);
  }

  async #cut(key: string, beforeOffset: number): Promise<void> {
    const separator = key.lastIndexOf("/");
    const topic = key.slice(0, separator);
    const partition = Number(key.slice(separator + 1));
    const leader = this.#ports.cluster.topic(topic)?.partitions.find((state) => state.partition === partition)?.leader;
    const address = leader === undefined ? undefined : this.#ports.cluster.brokerAddress(leader);
    if (address === undefined) return; // Next time.
    const deletions = [{ topic, partition, beforeOffset: BigInt(beforeOffset) }];
    await this.#ports.transport.client(BrokerService, address).deleteRecords({ deletions }, { timeoutMs: LIST_OFFSETS_TIMEOUT_MS });
  }
}
