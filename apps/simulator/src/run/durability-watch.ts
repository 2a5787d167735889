import { createBatchCursor } from "@millrace/records";
import type { BrokerHost } from "../world/cluster.ts";

/** Every so many acknowledgements are looked at: looking costs more than the send. */
const ACKNOWLEDGEMENTS_PER_LOOK = 3;

interface Scanned {
  readonly name: string;
  readonly position: number;
  readonly endOffset: number;
}

/**
 * P1 at the moment of the acknowledgement: what a client was told to be stored (acks=all, flush=ack) is on as many disks as min.insync.replicas says, and a power cut of all of them would
 * leave it there. Finds at once what otherwise shows only when exactly these machines fail.
 */
export class DurabilityWatch {
  readonly #hosts: readonly BrokerHost[];
  readonly #minInSync: number;
  readonly #scanned = new Map<string, Scanned>();
  #acknowledgements = 0;
  readonly #topicIds = new Map<string, string>();

  constructor(hosts: readonly BrokerHost[], minInSync: number) {
    this.#hosts = hosts;
    this.#minInSync = minInSync;
  }

  topicMade(topic: string, topicId: string): void {
    this.#topicIds.set(topic, topicId);
  }

  /** What is wrong with an acknowledged record; undefined: nothing, or this one was not looked at. */
  acknowledged({ topic, partition, offset }: { topic: string; partition: number; offset: number }): string | undefined {
    const topicId = this.#topicIds.get(topic);
    if (topicId === undefined || ++this.#acknowledgements % ACKNOWLEDGEMENTS_PER_LOOK !== 0) return undefined;
    const folder = `${topicId}-${partition}`;
    const isOnEnough = (): boolean => this.#hosts.filter((host) => this.#durableEnd(host, folder) > offset).length >= this.#minInSync;
    if (isOnEnough()) return undefined;
    // A log that was cut and grew again since the last look has its batches elsewhere: what is remembered of it may be wrong.
    for (const { name } of this.#hosts) this.#scanned.delete(`${name}/${folder}`);
    if (isOnEnough()) return undefined;
    const ends = this.#hosts.map((host) => ({ name: host.name, end: this.#durableEnd(host, folder) }));
    const shown = ends.filter(({ end }) => end >= 0).map(({ name, end }) => `${name} ends at ${end}`);
    return `acknowledged and not on ${this.#minInSync} disks: offset ${offset} of ${topic}-${partition}; durably ${shown.join(", ")}`;
  }

  /** Where the log ends that a power cut would leave; -1: there is none. Only what is new since the last look is read. */
  #durableEnd({ name: host, disk }: BrokerHost, folder: string): number {
    const logs = disk.model.durableFiles(folder).filter(({ name }) => name.endsWith(".log"));
    const last = logs.at(-1);
    if (last === undefined) return -1;
    const key = `${host}/${folder}`;
    const before = this.#scanned.get(key);
    const isOngoing = before?.name === last.name && before.position <= last.bytes.length;
    let { position, endOffset } = isOngoing ? before : { position: 0, endOffset: Number(last.name.slice(0, -".log".length)) };
    const cursor = createBatchCursor(last.bytes, position);
    while (cursor.advance()) endOffset = cursor.view.nextOffset;
    position = cursor.endPosition;
    this.#scanned.set(key, { name: last.name, position, endOffset });
    return endOffset;
  }
}
