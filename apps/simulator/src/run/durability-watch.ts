import type { ReplicationWatch } from "./replication-watch.ts";
import type { DurableLogs } from "./durable-logs.ts";

/** Every so many acknowledgements are looked at: looking costs more than the send. */
const ACKNOWLEDGEMENTS_PER_LOOK = 3;

/**
 * P1 at the moment of the acknowledgement: what a client was told to be stored (acks=all, flush=ack) is on as many disks as min.insync.replicas says, and a power cut of all of them would
 * leave it there. Finds at once what otherwise shows only when exactly these machines fail.
 */
export class DurabilityWatch {
  readonly #logs: DurableLogs;
  readonly #minInSync: number;
  readonly #replication: ReplicationWatch;
  #acknowledgements = 0;
  readonly #topicIds = new Map<string, string>();

  constructor(of: { logs: DurableLogs; minInSync: number; replication: ReplicationWatch }) {
    this.#logs = of.logs;
    this.#minInSync = of.minInSync;
    this.#replication = of.replication;
  }

  topicMade(topic: string, topicId: string): void {
    this.#topicIds.set(topic, topicId);
  }

  isOf(topic: string, folder: string): boolean {
    const topicId = this.#topicIds.get(topic);
    return topicId !== undefined && folder.startsWith(`${topicId}-`);
  }

  /** What is wrong with an acknowledged record; undefined: nothing, or this one was not looked at. */
  acknowledged({ topic, partition, offset }: { topic: string; partition: number; offset: number }): string | undefined {
    const topicId = this.#topicIds.get(topic);
    if (topicId === undefined) return undefined;
    const folder = `${topicId}-${partition}`;
    this.#replication.acknowledged(folder, offset + 1);
    if (++this.#acknowledgements % ACKNOWLEDGEMENTS_PER_LOOK !== 0) return undefined;
    const holding = this.#logs.hosts.filter((host) => this.#logs.holds(host, folder, offset + 1));
    const least = this.#minInSync - this.#logs.emptiedDisks;
    if (holding.length >= least) return undefined;
    return `acknowledged and not on ${least} disks: offset ${offset} of ${topic}-${partition}; durably ${this.#logs.describe(folder)}`;
  }
}
