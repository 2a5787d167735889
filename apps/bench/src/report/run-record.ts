import type { Measurement } from "../load.ts";
import type { HostFacts } from "../measure/host.ts";

/** Everything about a run, as `--json` writes it. */
export interface RunRecord {
  readonly formatVersion: 1;
  readonly command: string;
  readonly isQuick: boolean;
  readonly host: HostFacts;
  readonly versions: Readonly<Record<string, string>>;
  readonly loads: readonly LoadRecord[];
}

/** A load's measurements, and when and how they were taken. */
export interface LoadRecord {
  readonly load: string;
  readonly command: string;
  readonly commit: string;
  readonly startedAt: string;
  readonly measurements: readonly Measurement[];
  /** Why there are none. */
  readonly failure?: string;
}

/** An earlier record with the loads of a later one: those that ran again are replaced, in the order of all loads. */
export function mergedRecord(earlier: RunRecord | undefined, later: RunRecord, order: readonly string[]): RunRecord {
  if (earlier === undefined) return later;
  const again = new Set(later.loads.map(({ load }) => load));
  const loads = [...earlier.loads.filter(({ load }) => !again.has(load)), ...later.loads];
  return {
    ...later,
    isQuick: earlier.isQuick || later.isQuick,
    loads: loads.sort((a, b) => order.indexOf(a.load) - order.indexOf(b.load)),
  };
}
