import { SeededRandom } from "@millrace/testkit";
import type { BrokerSettings } from "@millrace/broker-node";
import type { CoordinatorSettings } from "@millrace/coordinator-node";
import { drawFaults } from "../faults/draw-faults.ts";
import type { Fault } from "../faults/fault.ts";
import type { DiskSettings } from "../world/disk.ts";
import type { LinkSettings } from "../world/links.ts";

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** Everything about a run that its seed decides beforehand. */
export interface RunPlan {
  readonly seed: number;
  readonly brokers: number;
  readonly coordinators: number;
  readonly clients: number;
  readonly topics: readonly TopicPlan[];
  readonly links: LinkSettings;
  readonly disks: DiskSettings;
  readonly driftMax: number;
  /** Mean wait of a client between two operations. */
  readonly thinkMs: number;
  /** How long clients work while things go wrong. */
  readonly workMs: number;
  readonly brokerSettings: Partial<BrokerSettings>;
  readonly coordinatorSettings: Partial<CoordinatorSettings>;
  readonly faults: readonly Fault[];
}

/** How large runs are: those that count, and small ones for tests. */
export interface Scale {
  readonly workMs: number;
  readonly clients: number;
  readonly faults: number;
}

export const FULL_SCALE: Scale = { workMs: 150_000, clients: 8, faults: 24 };
export const SMALL_SCALE: Scale = { workMs: 30_000, clients: 5, faults: 12 };

/** The plan of a seed: the same for ever, as long as this file is. */
export function planOf(seed: number, scale: Scale): RunPlan {
  const random = new SeededRandom(seed);
  const brokers = 3 + random.integer(5);
  const coordinators = 3;
  const topics = Array.from({ length: 1 + random.integer(2) }, (_, index) => ({
    name: `t${index}`,
    partitions: 2 + random.integer(3),
    replicas: 3,
    configs: { "segment.ms": String(5_000 + random.integer(30_000)) },
  }));
  const around = { brokers, coordinators, clients: scale.clients, startMs: 4_000, endMs: scale.workMs };
  return {
    seed,
    brokers,
    coordinators,
    clients: scale.clients,
    topics,
    links: { delayMsMin: random.next() * 3, delayMsMean: 0.2 + random.next() ** 2 * 20 },
    disks: { syncMsMean: 0.5 + random.next() ** 2 * 20, readMsMean: 0.1 + random.next() * 5 },
    driftMax: random.integer(2) === 0 ? 0 : 0.1,
    thinkMs: 40 + random.next() * 80,
    workMs: scale.workMs,
    brokerSettings: { checkpointMs: 1_000 + random.integer(5_000) },
    coordinatorSettings: {},
    faults: drawFaults(random, around, scale.faults + random.integer(scale.faults)),
  };
}
