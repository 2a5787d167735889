import type { SeededRandom } from "@millrace/testkit";
import type { ExecutorFaultKind, Fault, FaultKind } from "./fault.ts";

/** What there is to break. */
export interface Surroundings {
  readonly brokers: number;
  readonly coordinators: number;
  readonly clients: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** Kinds that every run can have. */
type CommonKind = Exclude<FaultKind, ExecutorFaultKind>;
type WithoutTime<F> = F extends Fault ? Omit<F, "atMs"> : never;
type Maker = (random: SeededRandom, of: Surroundings) => WithoutTime<Fault>;

/** Disks that are emptied or damaged in one run: promise P1 bears min.insync.replicas - 1 of them, and two at a time would be more. */
const DAMAGED_DISKS_MAX = 1;
/** Until a lost store is rebuilt, a second loss would be one more than is promised. */
const ROLLBACKS_MAX = 1;
const KINDS_MIN = 7;

/** Faults of one run: of the kinds given, or of a random part of all kinds, as swarm testing wants it; each as often as its weight says. */
export function drawFaults(random: SeededRandom, of: Surroundings, options: { count: number; kinds?: readonly CommonKind[] }): Fault[] {
  const { count } = options;
  const chosen = options.kinds ?? drawKinds(random);
  const weighted = chosen.flatMap((kind) => Array.from({ length: RARE.has(kind) ? 1 : 3 }, () => kind));
  const faults: Fault[] = [];
  let [damagedDisks, rollbacks] = [0, 0];
  while (faults.length < count) {
    const index = faults.length;
    // Each chosen kind once, then by weight.
    const kind = chosen[index] ?? weighted[random.integer(weighted.length)];
    const atMs = Math.round(of.startMs + random.next() * (of.endMs - of.startMs));
    if (kind === undefined) break;
    const isDamaging = DAMAGING.has(kind);
    const isRollback = kind === "store-rollback";
    if ((isDamaging && damagedDisks >= DAMAGED_DISKS_MAX) || (isRollback && rollbacks >= ROLLBACKS_MAX)) {
      faults.push({ atMs, ...MAKERS["connection-resets"](random, of) });
      continue;
    }
    if (isDamaging) damagedDisks++;
    if (isRollback) rollbacks++;
    faults.push({ atMs, ...MAKERS[kind](random, of) });
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function drawKinds(random: SeededRandom): readonly CommonKind[] {
  const kinds = (Object.keys(MAKERS) as CommonKind[]).filter((kind) => !FOR_PLANTED_BUGS.has(kind));
  return shuffled(kinds, random).slice(0, Math.max(KINDS_MIN, Math.floor(kinds.length / 2)) + random.integer(4));
}

/** Kinds that others contain, for short dense runs: drawn with the others they would change the plan of every seed. */
const FOR_PLANTED_BUGS: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "coordinator-without-store",
  "flapping",
  "flipped-tail-bit",
  "damage-before-follower",
  "pause-client",
]);
const RARE: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "power-loss-everywhere",
  "kill-every-broker",
  "store-rollback",
  "empty-disk",
  "flipped-bit",
  "failing-syncs",
  "full-disk",
]);
const DAMAGING: ReadonlySet<FaultKind> = new Set<FaultKind>(["empty-disk", "flipped-bit", "flipped-tail-bit", "damage-before-follower"]);

const broker = (random: SeededRandom, { brokers }: Surroundings): number => 1 + random.integer(brokers);
const coordinator = (random: SeededRandom, { coordinators }: Surroundings): number => 1 + random.integer(coordinators);
const between = (random: SeededRandom, least: number, most: number): number => Math.round(least + random.next() * (most - least));
/** Mostly short, now and then long. */
const spell = (random: SeededRandom, most: number): number => Math.round(200 + random.next() ** 2 * most);

function machine(random: SeededRandom, of: Surroundings): string {
  const chance = random.next();
  if (chance < 0.6) return `broker-${broker(random, of)}`;
  return chance < 0.85 ? `coordinator-${coordinator(random, of)}` : "redis";
}

function pair(random: SeededRandom, of: Surroundings): { from: string; to: string } {
  const from = machine(random, of);
  const to = machine(random, of);
  return from === to ? { from, to: from === "redis" ? `coordinator-${coordinator(random, of)}` : "redis" } : { from, to };
}

const MAKERS: Readonly<Record<CommonKind, Maker>> = {
  "kill-broker": (random, of) => ({ kind: "kill-broker", broker: broker(random, of), downMs: spell(random, 15_000) }),
  "power-loss": (random, of) => ({ kind: "power-loss", broker: broker(random, of), downMs: spell(random, 15_000) }),
  "empty-disk": (random, of) => ({ kind: "empty-disk", broker: broker(random, of), downMs: spell(random, 10_000) }),
  "power-loss-everywhere": (random) => ({ kind: "power-loss-everywhere", downMs: spell(random, 5_000) }),
  "kill-every-broker": (random) => ({ kind: "kill-every-broker", downMs: spell(random, 5_000) }),
  "pause-broker": (random, of) => ({ kind: "pause-broker", broker: broker(random, of), forMs: spell(random, 20_000) }),
  "stop-broker": (random, of) => ({ kind: "stop-broker", broker: broker(random, of), downMs: spell(random, 5_000) }),
  "kill-coordinator": (random, of) => ({ kind: "kill-coordinator", coordinator: coordinator(random, of), downMs: spell(random, 15_000) }),
  "pause-coordinator": (random, of) => ({ kind: "pause-coordinator", coordinator: coordinator(random, of), forMs: spell(random, 12_000) }),
  "coordinator-without-store": (random) => ({ kind: "coordinator-without-store", forMs: 4_000 + spell(random, 4_000) }),
  "one-way-cut": (random, of) => ({ kind: "one-way-cut", ...pair(random, of), forMs: spell(random, 20_000) }),
  "two-way-cut": (random, of) => ({ kind: "two-way-cut", ...pair(random, of), forMs: spell(random, 20_000) }),
  "isolated-machine": (random, of) => ({ kind: "isolated-machine", machine: machine(random, of), forMs: spell(random, 15_000) }),
  "broker-among-clients": (random, of) => ({
    kind: "broker-among-clients",
    broker: broker(random, of),
    forMs: 2_000 + spell(random, 10_000),
  }),
  "connection-resets": (random, of) => ({ kind: "connection-resets", machine: machine(random, of) }),
  flapping: (random, of) => ({ kind: "flapping", machine: `broker-${broker(random, of)}`, forMs: 3_000 + spell(random, 5_000) }),
  "stalling-connections": (random, of) => ({
    kind: "stalling-connections",
    machine: machine(random, of),
    stallMsMax: between(random, 100, 2_000),
    forMs: 2_000 + spell(random, 10_000),
  }),
  "slow-network": (random) => ({ kind: "slow-network", delayMsMax: between(random, 50, 2_000), forMs: spell(random, 10_000) }),
  "duplicated-requests": (random) => ({ kind: "duplicated-requests", chance: random.next() * 0.2, forMs: spell(random, 15_000) }),
  "clock-jump": (random, of) => ({ kind: "clock-jump", machine: machine(random, of), byMs: between(random, -3_600_000, 3_600_000) }),
  "clock-drift": (random, of) => ({ kind: "clock-drift", machine: machine(random, of), rate: 0.9 + random.next() * 0.2 }),
  "slow-disk": (random, of) => ({
    kind: "slow-disk",
    broker: broker(random, of),
    stallMs: between(random, 50, 3_000),
    forMs: spell(random, 15_000),
  }),
  "full-disk": (random, of) => ({ kind: "full-disk", broker: broker(random, of), forMs: spell(random, 10_000) }),
  "failing-syncs": (random, of) => ({ kind: "failing-syncs", broker: broker(random, of), forMs: spell(random, 8_000) }),
  "flipped-bit": (random, of) => ({ kind: "flipped-bit", broker: broker(random, of), downMs: spell(random, 8_000), place: random.next() }),
  "flipped-tail-bit": (random, of) => ({
    kind: "flipped-tail-bit",
    broker: broker(random, of),
    downMs: spell(random, 8_000),
    place: random.next(),
  }),
  "damage-before-follower": (random, of) => {
    const damaged = broker(random, of);
    return {
      kind: "damage-before-follower",
      broker: damaged,
      behind: 1 + ((damaged + random.integer(of.brokers - 1)) % of.brokers),
      behindMs: between(random, 10_000, 16_000),
      downMs: between(random, 200, 2_000),
      place: random.next(),
    };
  },
  "store-down": (random) => ({ kind: "store-down", forMs: spell(random, 15_000) }),
  "store-answers-lost": (random) => ({ kind: "store-answers-lost", chance: random.next() * 0.5, forMs: spell(random, 15_000) }),
  "store-rollback": (random) => ({
    kind: "store-rollback",
    writes: 1 + random.integer(20),
    isPastTerm: random.integer(2) === 0,
  }),
  "client-crash": (random, of) => ({ kind: "client-crash", client: random.integer(of.clients) }),
  // Longer than its group waits for it (45 s).
  "pause-client": (random, of) => ({ kind: "pause-client", client: random.integer(of.clients), forMs: 46_000 + spell(random, 15_000) }),
};

function shuffled<T>(items: T[], random: SeededRandom): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = random.integer(at + 1);
    [items[at], items[other]] = [items[other] as T, items[at] as T];
  }
  return items;
}
