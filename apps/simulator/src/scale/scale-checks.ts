import type { ChangeKind, FailoverFigures, SizeFigures } from "./measure-size.ts";

export interface Check {
  readonly text: string;
  readonly isMet: boolean;
}

const FAILOVER_MS_MAX = 5_000;
const GROWTH_MAX = 0.1;

/** What is promised, against what was seen; `areTimesCounted` false leaves out what depends on how busy the machine is. */
export function checksOf(figures: readonly SizeFigures[], { areTimesCounted }: { readonly areTimesCounted: boolean }): Check[] {
  const shapes = [...new Set(figures.map(({ shape }) => shape))];
  const growth = shapes.flatMap((shape) => growthChecks(figures.filter((of) => of.shape === shape)));
  return [...growth, ...figures.flatMap(toldChecks), ...(areTimesCounted ? figures.flatMap(failoverChecks) : [])];
}

function growthChecks(sizes: readonly SizeFigures[]): Check[] {
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  if (smallest === undefined || largest === undefined || smallest === largest) return [];
  return (Object.keys(smallest.changes) as ChangeKind[]).map((kind) => {
    const [before, after] = [smallest.changes[kind].bytes, largest.changes[kind].bytes];
    return {
      text: `${smallest.shape}: bytes of a change (${kind}) per broker within 10 % from ${smallest.partitions} to ${largest.partitions} partitions: ${before.toFixed(1)} and ${after.toFixed(1)}`,
      isMet: Math.abs(after / before - 1) <= GROWTH_MAX,
    };
  });
}

/** Every partition that changed is told of once, and no other. */
function toldChecks(size: SizeFigures): Check[] {
  return failoversOf(size).map(([how, { partitionsChanged, cost }]) => ({
    text: `${size.shape}, ${size.partitions}: brokers are told of what changed when one is lost (${how}): ${cost.partitionsTold} partitions of ${partitionsChanged}`,
    isMet: cost.partitionsTold === partitionsChanged,
  }));
}

function failoverChecks(size: SizeFigures): Check[] {
  return failoversOf(size).map(([how, { partitionsLed, cost }]) => ({
    text: `${size.shape}, ${size.partitions}: a broker that led ${partitionsLed} partitions is lost (${how}), all have a leader that every broker knows after ${cost.knownMs.toFixed(0)} ms (< ${FAILOVER_MS_MAX})`,
    isMet: cost.knownMs < FAILOVER_MS_MAX,
  }));
}

function failoversOf({ killed, powerLost }: SizeFigures): (readonly [string, FailoverFigures])[] {
  return [
    ["killed", killed],
    ["without power", powerLost],
  ];
}
