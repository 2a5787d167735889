import { createBatchCursor } from "@millrace/records";
import type { BrokerHost } from "../world/cluster.ts";

interface Scanned {
  readonly name: string;
  readonly position: number;
  readonly endOffset: number;
}

/**
 * What of a partition's log a power cut would leave on each broker's disk. Only what is new since the last look is read. In runs whose topics are synced in the background: what each
 * broker has written, and the one that loses power is not asked.
 */
export class DurableLogs {
  readonly hosts: readonly BrokerHost[];
  readonly #firstDisks: ReadonlyMap<BrokerHost, unknown>;
  readonly #scanned = new Map<string, Scanned>();
  readonly #lossyBroker: number | undefined;

  constructor(hosts: readonly BrokerHost[], lossyBroker?: number) {
    this.hosts = hosts;
    this.#lossyBroker = lossyBroker;
    this.#firstDisks = new Map(hosts.map((host) => [host, host.disk]));
  }

  /** So many copies may be missing of what was stored before (P1 bears them); what is told now may have been true a moment ago. */
  get emptiedDisks(): number {
    return this.hosts.filter((host) => host.isDamaged || host.disk !== this.#firstDisks.get(host)).length;
  }

  /** Whether everything below the offset is durably in the log. */
  holds(host: BrokerHost, folder: string, endOffset: number): boolean {
    if (host.brokerId === this.#lossyBroker || this.endOf(host, folder) >= endOffset) return true;
    // A log that was cut and grew again since the last look has its batches elsewhere: what is remembered of it may be wrong.
    this.#scanned.delete(keyOf(host, folder));
    return this.endOf(host, folder) >= endOffset;
  }

  /** Exclusive; -1: there is no log. */
  endOf(host: BrokerHost, folder: string): number {
    const last = this.#lastOf(host, folder);
    if (last === undefined) return -1;
    const before = this.#scanned.get(keyOf(host, folder));
    const isOngoing = before?.name === last.name && before.position <= last.bytes.length;
    let { position, endOffset } = isOngoing ? before : { position: 0, endOffset: Number(last.name.slice(0, -".log".length)) };
    const cursor = createBatchCursor(last.bytes, position);
    while (cursor.advance()) endOffset = cursor.view.nextOffset;
    position = cursor.endPosition;
    this.#scanned.set(keyOf(host, folder), { name: last.name, position, endOffset });
    return endOffset;
  }

  #lastOf({ disk: { model } }: BrokerHost, folder: string): { readonly name: string; readonly bytes: Uint8Array } | undefined {
    if (this.#lossyBroker === undefined) return model.lastDurableFile(folder, ".log");
    const last = model.list(folder).findLast(({ name }) => name.endsWith(".log"));
    return last === undefined ? undefined : { name: last.name, bytes: model.readFile(`${folder}/${last.name}`) ?? new Uint8Array(0) };
  }

  /** For people: where the log ends on each disk that has it. */
  describe(folder: string): string {
    const ends = this.hosts.map((host) => ({ name: host.name, end: this.endOf(host, folder) }));
    return ends
      .filter(({ end }) => end >= 0)
      .map(({ name, end }) => `${name} ends at ${end}`)
      .join(", ");
  }
}

function keyOf({ name }: BrokerHost, folder: string): string {
  return `${name}/${folder}`;
}
