import { medianOf } from "../versus/ratios.ts";
import type { MicroCase } from "./micro-case.ts";

/** What one process saw of a case. */
export interface CaseFigures {
  readonly name: string;
  readonly unit: string;
  /** CPU time of all threads of the process (collector and compilers too) for one unit, over that of one turn of the reference loop, taken before and after: median of the rounds. */
  readonly ratio: number;
  readonly nsPerUnit: number;
}

export interface MeasureOptions {
  readonly rounds: number;
  /** CPU time of a case in one round, at least. */
  readonly sliceMs: number;
  /** CPU time that the process has used, in milliseconds. */
  readonly cpuMs?: () => number;
  /** What a case is compared with, and how many turns of it one call does. */
  readonly reference?: Reference;
}

export interface Reference {
  readonly turns: number;
  run(): void;
}

/** Alternates the case with the reference loop, so that both see the same machine, its clock and its neighbours. */
export async function measureCase(micro: MicroCase, options: MeasureOptions): Promise<CaseFigures> {
  const { rounds, sliceMs, cpuMs = processCpuMs, reference = REFERENCE } = options;
  const runs = await runsFor(micro, sliceMs, cpuMs);
  const taken: { readonly ratio: number; readonly ns: number }[] = [];
  let before = nsOf(reference, cpuMs);
  for (let round = 0; round < rounds; round++) {
    const startMs = cpuMs();
    for (let run = 0; run < runs; run++) await maybe(micro.run());
    const ns = ((cpuMs() - startMs) * 1e6) / (runs * micro.units);
    const after = nsOf(reference, cpuMs);
    taken.push({ ns, ratio: ns / ((before + after) / 2) });
    before = after;
  }
  return {
    name: micro.name,
    unit: micro.unit,
    ratio: medianOf(taken.map(({ ratio }) => ratio)),
    nsPerUnit: medianOf(taken.map(({ ns }) => ns)),
  };
}

/** Warms it up, and finds how many runs fill a slice. */
async function runsFor({ run }: MicroCase, sliceMs: number, cpuMs: () => number): Promise<number> {
  for (let runs = 1; ; runs *= 2) {
    const startMs = cpuMs();
    for (let index = 0; index < runs; index++) await maybe(run());
    if (cpuMs() - startMs >= sliceMs || runs >= RUNS_MAX) return runs;
  }
}

const RUNS_MAX = 2 ** 24;

/** Without a turn of the event loop for what is not waited for: that would cost more than most cases. */
function maybe(result: unknown): unknown {
  return result instanceof Promise ? result : undefined;
}

const numbers = Int32Array.from({ length: 1_024 }, (_, index) => index * 2_654_435_761);

/** Integers in a cache, nothing allocated, one or two microseconds a turn. Changing it changes every ratio: the baseline must be taken anew. */
const REFERENCE: Reference = {
  turns: 4_000,
  run() {
    let mixed = 0;
    for (let turn = 0; turn < this.turns; turn++)
      for (const number of numbers) mixed = Math.imul(mixed ^ number, 0x85ebca6b) ^ (mixed >>> 13);
    numbers[0] = mixed;
  },
};

/** CPU time of a turn. */
function nsOf(reference: Reference, cpuMs: () => number): number {
  const startMs = cpuMs();
  reference.run();
  return ((cpuMs() - startMs) * 1e6) / reference.turns;
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
