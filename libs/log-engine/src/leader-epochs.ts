import { NO_LEADER_EPOCH, type LeaderEpoch, type Offset } from "@millrace/model";

interface EpochStart {
  readonly epoch: LeaderEpoch;
  readonly startOffset: Offset;
}

/** Which leader epoch began at which offset (R1). Both ascend; an epoch without records gives way to the next one at the same offset. */
export class LeaderEpochs {
  #starts: EpochStart[] = [];

  get last(): EpochStart | undefined {
    return this.#starts.at(-1);
  }

  get lastEpoch(): LeaderEpoch {
    return this.last?.epoch ?? NO_LEADER_EPOCH;
  }

  /** A new epoch begins; replaces epochs that began at this offset or behind it, as they hold no records. */
  start(epoch: LeaderEpoch, startOffset: Offset): void {
    if (epoch <= this.lastEpoch) return;
    this.cutFrom(startOffset);
    this.#starts.push({ epoch, startOffset });
  }

  /** Forgets epochs that begin at or behind an offset: the log ends there now. */
  cutFrom(offset: Offset): void {
    this.#starts = this.#starts.filter((start) => start.startOffset < offset);
  }

  /** Epoch that covers an offset; -1 before the first. */
  epochOf(offset: Offset): LeaderEpoch {
    return this.#starts.findLast((start) => start.startOffset <= offset)?.epoch ?? NO_LEADER_EPOCH;
  }

  /** The greatest epoch ≤ the asked one and where it ends; undefined if none is that old. */
  endOf(epoch: LeaderEpoch, logEndOffset: Offset): { readonly leaderEpoch: LeaderEpoch; readonly endOffset: Offset } | undefined {
    const index = this.#starts.findLastIndex((start) => start.epoch <= epoch);
    const found = this.#starts[index];
    if (found === undefined) return undefined;
    return { leaderEpoch: found.epoch, endOffset: this.#starts[index + 1]?.startOffset ?? logEndOffset };
  }

  toJson(): readonly (readonly [number, number])[] {
    return this.#starts.map(({ epoch, startOffset }) => [epoch, startOffset]);
  }

  static fromJson(json: unknown): LeaderEpochs {
    const epochs = new LeaderEpochs();
    for (const [epoch, startOffset] of json as readonly (readonly [LeaderEpoch, Offset])[]) epochs.#starts.push({ epoch, startOffset });
    return epochs;
  }
}
