import type { SeededRandom } from "@millrace/testkit";
import type { Fault } from "./fault.ts";

interface JobSurroundings {
  readonly executors: number;
  readonly brokers: number;
  readonly coordinators: number;
  readonly startMs: number;
  readonly endMs: number;
}

type WithoutTime<F> = F extends Fault ? Omit<F, "atMs"> : never;
type Maker = (random: SeededRandom, of: JobSurroundings) => WithoutTime<Fault>;

/** Faults that hit executors and their workers, each kind as often as the others. */
export function drawJobFaults(random: SeededRandom, of: JobSurroundings, count: number): Fault[] {
  return Array.from({ length: count }, () => {
    const make = MAKERS[random.integer(MAKERS.length)];
    if (make === undefined) throw new Error("there are kinds of faults");
    return { atMs: Math.round(of.startMs + random.next() * (of.endMs - of.startMs)), ...make(random, of) };
  });
}

const executor = (random: SeededRandom, { executors }: JobSurroundings): number => 1 + random.integer(executors);
/** Mostly short, now and then long. */
const spell = (random: SeededRandom, most: number): number => Math.round(200 + random.next() ** 2 * most);

function otherMachine(random: SeededRandom, of: JobSurroundings, than: number): string {
  const chance = random.next();
  if (chance < 0.4) return `broker-${1 + random.integer(of.brokers)}`;
  if (chance < 0.7 || of.executors === 1) return `coordinator-${1 + random.integer(of.coordinators)}`;
  return `executor-${1 + ((than + random.integer(of.executors - 1)) % of.executors)}`;
}

function pair(random: SeededRandom, of: JobSurroundings): { from: string; to: string } {
  const one = executor(random, of);
  const [from, to] = [`executor-${one}`, otherMachine(random, of, one)];
  return random.integer(2) === 0 ? { from, to } : { from: to, to: from };
}

/** Hours, or so little that time seems to stand still. */
const jump = (random: SeededRandom): number => Math.round((random.next() - 0.5) * (random.integer(2) === 0 ? 7_200_000 : 10_000));

const MAKERS: readonly Maker[] = [
  (random, of) => ({ kind: "kill-executor", executor: executor(random, of), downMs: spell(random, 15_000) }),
  (random, of) => ({ kind: "executor-power-loss", executor: executor(random, of), downMs: spell(random, 15_000) }),
  (random, of) => ({ kind: "pause-executor", executor: executor(random, of), forMs: spell(random, 20_000) }),
  (random, of) => ({ kind: "pause-workers", executor: executor(random, of), forMs: spell(random, 20_000) }),
  (random, of) => ({ kind: "kill-worker", executor: executor(random, of), place: random.next() }),
  (random, of) => ({ kind: "kill-worker", executor: executor(random, of), place: random.next() }),
  (random, of) => ({ kind: "kill-worker-at-report", executor: executor(random, of) }),
  (random, of) => ({ kind: "kill-worker-at-report", executor: executor(random, of) }),
  (random, of) => ({ kind: "stop-executor", executor: executor(random, of), downMs: spell(random, 5_000) }),
  (random, of) => ({ kind: "isolated-machine", machine: `executor-${executor(random, of)}`, forMs: spell(random, 15_000) }),
  (random, of) => ({ kind: "connection-resets", machine: `executor-${executor(random, of)}` }),
  (random, of) => ({ kind: "two-way-cut", ...pair(random, of), forMs: spell(random, 20_000) }),
  (random, of) => ({ kind: "clock-jump", machine: `executor-${executor(random, of)}`, byMs: jump(random) }),
  (random, of) => ({ kind: "clock-jump", machine: `coordinator-${1 + random.integer(of.coordinators)}`, byMs: jump(random) }),
  (random, of) => ({ kind: "one-way-cut", ...pair(random, of), forMs: spell(random, 20_000) }),
];
