/** Offsets [start, end) of one partition. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

export function stepsOf(ranges: readonly PartitionRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}

/**
 * Ranges of at most `stepsMax` offsets together, each partition its share of what it has, one at least where there is any. They begin at another partition each time, since a batch may take
 * only the first of them. Partitions beyond what a note has room for wait for a later turn.
 */
export function rangesWithin(
  ranges: readonly PartitionRange[],
  { stepsMax, turn, noteLengthMax }: { readonly stepsMax: number; readonly turn: number; readonly noteLengthMax: number },
): readonly PartitionRange[] {
  const total = stepsOf(ranges);
  const share = total <= stepsMax ? 1 : stepsMax / total;
  const first = ranges.length === 0 ? 0 : turn % ranges.length;
  const turned = [...ranges.slice(first), ...ranges.slice(0, first)];
  let [room, length] = [stepsMax, 0];
  const taken: PartitionRange[] = [];
  for (const range of turned) {
    const lag = range.end - range.start;
    const count = Math.min(lag, room, share === 1 ? lag : Math.max(1, Math.floor(lag * share)));
    const cut = { ...range, end: range.start + count };
    length += JSON.stringify(cut).length + 1;
    if (length > noteLengthMax) break;
    room -= count;
    taken.push(cut);
  }
  return taken;
}

/** The first so many steps of ranges; those behind them are left out, as are empty ones behind the last step. */
export function firstSteps(ranges: readonly PartitionRange[], steps: number): readonly PartitionRange[] {
  if (steps >= stepsOf(ranges)) return ranges;
  const taken: PartitionRange[] = [];
  let left = steps;
  for (const range of ranges) {
    if (left === 0) break;
    const count = Math.min(left, range.end - range.start);
    taken.push({ ...range, end: range.start + count });
    left -= count;
  }
  return taken;
}
