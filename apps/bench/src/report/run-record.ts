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

/** A load's measurements, and how much of the machine others used around it. */
export interface LoadRecord {
  readonly load: string;
  /** Share of all cores in use, 0 to 1, in the second before the load began. */
  readonly busyBefore: number;
  readonly measurements: readonly Measurement[];
  /** Why there are none. */
  readonly failure?: string;
}
