import { corruptBlock } from "../errors.ts";
import type { Rows } from "./rows.ts";

/** Rows that wait for their slot's task: as they are, or still encoded. */
export interface WaitingBlock {
  /** Lane and task that sent it (see `Lanes`). */
  readonly fromTask: number;
  readonly rows: () => Rows;
}

/** A block with the edge over which it came. */
export interface SentBlock extends WaitingBlock {
  readonly edge: number;
}

interface EdgeInbox {
  readonly bySlot: Map<number, WaitingBlock[]>;
  readonly ended: Set<number>;
  blocksReceived: number;
  blocksAnnounced: number;
}

/** Blocks of one batch on the receiving side, until all workers have said that they sent theirs. */
export class Inbox {
  readonly #edges = new Map<number, EdgeInbox>();
  readonly #workerCount: number;

  constructor(workerCount: number) {
    this.#workerCount = workerCount;
  }

  /** From this worker itself: no bytes in between. */
  addLocal(edge: number, slot: number, block: WaitingBlock): void {
    this.#add(edge, slot, block);
  }

  /** From a peer. */
  addRemote(edge: number, slot: number, block: WaitingBlock): void {
    this.#edge(edge).blocksReceived++;
    this.#add(edge, slot, block);
  }

  /** A worker has sent all its blocks of the edge; `blockCount` of them, for a peer. */
  end(edge: number, worker: number, blockCount: number): void {
    const inbox = this.#edge(edge);
    if (inbox.ended.has(worker)) return;
    inbox.ended.add(worker);
    inbox.blocksAnnounced += blockCount;
    if (!this.hasEnded(edge) || inbox.blocksReceived === inbox.blocksAnnounced) return;
    throw corruptBlock(`${inbox.blocksReceived} blocks came of ${inbox.blocksAnnounced} announced`, { edge, fromTask: worker });
  }

  hasEnded(edge: number): boolean {
    return this.#edge(edge).ended.size === this.#workerCount;
  }

  /** Blocks for a slot in the order in which they must be consumed. A task's own blocks never overtake each other. */
  take(edges: readonly number[], slot: number, compare: (left: SentBlock, right: SentBlock) => number): SentBlock[] {
    const blocks = edges.flatMap((edge) => {
      const { bySlot } = this.#edge(edge);
      const waiting = bySlot.get(slot) ?? [];
      bySlot.delete(slot);
      return waiting.map((block) => ({ ...block, edge }));
    });
    return blocks.sort(compare);
  }

  #add(edge: number, slot: number, block: WaitingBlock): void {
    const { bySlot } = this.#edge(edge);
    const waiting = bySlot.get(slot);
    if (waiting === undefined) bySlot.set(slot, [block]);
    else waiting.push(block);
  }

  #edge(edge: number): EdgeInbox {
    let inbox = this.#edges.get(edge);
    if (inbox === undefined) {
      inbox = { bySlot: new Map(), ended: new Set(), blocksReceived: 0, blocksAnnounced: 0 };
      this.#edges.set(edge, inbox);
    }
    return inbox;
  }
}
