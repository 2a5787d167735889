import type { LatencySummary } from "./measure/latency.ts";
import type { DevClusterOptions, DevCluster } from "./cluster/dev-cluster.ts";

/** What a load may use, and how long it may take. */
export interface LoadContext {
  /** A fresh cluster on an empty folder; stopped and deleted when the load ends. */
  startCluster(options?: DevClusterOptions): Promise<DevCluster>;
  /** Length of the measured part of a timed load, from what was asked for. */
  seconds(defaults: { readonly full: number; readonly quick: number }): number;
  readonly quick: boolean;
  /** One line about what happens now. */
  progress(text: string): void;
}

/** One workload. It may give several measurements: the same data written and read, say. */
export interface Load {
  readonly name: string;
  /** One line: what is done. */
  readonly about: string;
  /** Speaks Kafka's protocol only, so that it may run against any server of it. */
  readonly isKafka?: boolean;
  /** Starts servers itself: one that runs already is of no use to it. */
  readonly needsFresh?: boolean;
  /** Differs from a load before it by one number: a quick run, which checks the loads, goes without. */
  readonly isVariant?: boolean;
  run(context: LoadContext): Promise<readonly Measurement[]>;
}

/** A figure with everything needed to read it. Absent: does not apply to this load. */
export interface Measurement {
  readonly name: string;
  /** What was written, how, and under which settings; enough to do it again. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** What an acknowledgement meant. */
  readonly acknowledgement?: string;
  readonly records?: number;
  readonly payloadBytes?: number;
  readonly seconds?: number;
  readonly latency?: LatencySummary;
  readonly cost?: Cost;
  /** Further figures, with the unit in the name. */
  readonly extra?: Readonly<Record<string, number>>;
  /** How what came out was checked. */
  readonly verified: string;
  /** What was wrong with it; anything here makes the run fail, and its figures count for nothing. */
  readonly problems: readonly string[];
  /** The least that this load is meant to reach. */
  readonly floor?: Floor;
}

export interface Floor {
  readonly text: string;
  /** undefined: the run was too short to tell. */
  readonly isReached: boolean | undefined;
}

/** In words. */
export function verdictOf({ isReached }: Floor): "reached" | "not reached" | "too short a run to tell" {
  if (isReached === undefined) return "too short a run to tell";
  return isReached ? "reached" : "not reached";
}

/** What the measured part took. User and system time of all server processes, and apart from it that of the client. */
export interface Cost {
  readonly serverCpuSeconds: number;
  readonly clientCpuSeconds: number;
  /** Of everyone else on the machine, the kernel's own threads included: beside much of it figures are lower bounds. */
  readonly otherCpuSeconds: number;
  /** Most resident memory of the server processes at a look. */
  readonly serverMemoryPeakBytes: number;
  /** Median over the second half of the measured part. */
  readonly serverMemoryPlateauBytes: number;
}

/** Records of a second. */
export function recordsPerSecond({ records, seconds }: Measurement): number | undefined {
  return records === undefined || seconds === undefined ? undefined : records / seconds;
}
