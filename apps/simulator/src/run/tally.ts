import type { FaultKind } from "../faults/fault.ts";
import type { RunResult } from "./run-plan.ts";

/** A run counts if it did at least so much. */
export const COUNTS_FROM = { simulatedMs: 60_000, operations: 5_000, faults: 20, faultKinds: 6 } as const;

/** Why a run does not count; undefined: it does. */
export function shortfallOf({ simulatedMs, operations, faults }: RunResult): string | undefined {
  const faultCount = sum(faults.values());
  if (simulatedMs < COUNTS_FROM.simulatedMs) return `${Math.round(simulatedMs / 1_000)} simulated s`;
  if (operations < COUNTS_FROM.operations) return `${operations} operations`;
  if (faultCount < COUNTS_FROM.faults) return `${faultCount} faults`;
  if (faults.size < COUNTS_FROM.faultKinds) return `faults of ${faults.size} kinds`;
  return undefined;
}

/** Sums over the runs of one command. */
export class Tally {
  runs = 0;
  counted = 0;
  failed = 0;
  simulatedMs = 0;
  /** From the first run's start: runs are side by side. */
  readonly #startedMs = performance.now();
  cpuMs = 0;
  operations = 0;
  acknowledged = 0;
  events = 0;
  readonly faults = new Map<FaultKind, number>();

  add(result: RunResult): void {
    this.runs++;
    if (shortfallOf(result) === undefined) this.counted++;
    if (result.anomalies.length > 0) this.failed++;
    this.simulatedMs += result.simulatedMs;
    this.cpuMs += result.cpuMs;
    this.operations += result.operations;
    this.acknowledged += result.acknowledged;
    this.events += result.events;
    for (const [kind, count] of result.faults) this.faults.set(kind, (this.faults.get(kind) ?? 0) + count);
  }

  /** Faults of each kind, the most frequent first. */
  faultLines(): string[] {
    return [...this.faults].sort(([, a], [, b]) => b - a).map(([kind, count]) => `  ${kind.padEnd(24)}${count}`);
  }

  /** The last line of the command. */
  summary(): string {
    const realMs = performance.now() - this.#startedMs;
    const hours = this.simulatedMs / 3_600_000;
    const parts = [
      `${this.runs} seeds (${this.counted} count)`,
      `${hours.toFixed(2)} simulated hours`,
      `${this.operations} operations (${this.acknowledged} values acknowledged)`,
      `${sum(this.faults.values())} faults of ${this.faults.size} kinds`,
      `${(realMs / 1_000).toFixed(1)} s, ${(this.simulatedMs / realMs).toFixed(0)}x real time (${(this.simulatedMs / this.cpuMs).toFixed(0)}x its processor time)`,
      this.failed === 0 ? "no anomaly" : `ANOMALIES in ${this.failed} seeds`,
    ];
    return parts.join("; ");
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
