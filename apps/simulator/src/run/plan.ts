import { SeededRandom } from "@millrace/testkit";
import type { BrokerSettings } from "@millrace/broker-node";
import type { CoordinatorSettings } from "@millrace/coordinator-node";
import { drawFaults } from "../faults/draw-faults.ts";
import type { ExecutorFaultKind, Fault, FaultKind } from "../faults/fault.ts";
import { DENSE_JOB_SCALE, drawJob, JOB_SCALE, type JobPlan, type JobScale } from "../jobs/job-plan.ts";
import { drawJobFaults } from "../faults/draw-job-faults.ts";
import type { DiskSettings } from "../world/disk.ts";
import type { LinkSettings } from "../world/links.ts";

export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** How long clients wait. */
export interface Patience {
  /** For an answer, and for the delivery of a record. */
  readonly requestMs: number;
  readonly deliveryMs: number;
  /** After so long a transaction is ended for its client. */
  readonly transactionMs: number;
  /** Of a client that waits within a transaction, up to twice as long as that. */
  readonly dawdleChance: number;
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
  /** Where clocks of coordinators drift more than others. */
  readonly coordinatorDriftMax?: number;
  /** Mean wait of a client between two operations. */
  readonly thinkMs: number;
  readonly patience: Patience;
  /** Four more producers, which do what well-behaved ones never do. */
  readonly isUnruly: boolean;
  /** One more reader, of replicas that may not lead. */
  readonly readsReplicas: boolean;
  /** How long clients work while things go wrong. */
  readonly workMs: number;
  readonly brokerSettings: Partial<BrokerSettings>;
  readonly coordinatorSettings: Partial<CoordinatorSettings>;
  readonly faults: readonly Fault[];
  /** Topics are synced in the background, and this broker is the only one that loses what it had not synced; undefined: all are synced before they acknowledge. */
  readonly lossyBroker: number | undefined;
  /** A compacted topic, with a writer and readers of its own. */
  readonly table: TopicPlan | undefined;
  /** A stateful job, and executors for it; undefined in most runs, since it costs. */
  readonly job: JobPlan | undefined;
}

/** How large runs are: those that count, and small ones for tests. */
export interface Scale {
  readonly workMs: number;
  readonly clients: number;
  readonly faults: number;
  /** Mean wait of a client between two operations: from this to a quarter more. */
  readonly thinkMsMin: number;
}

/** Just above what counts: five minutes at a walk cost less than one at a run, and operations cost more than time does. */
export const FULL_SCALE: Scale = { workMs: 310_000, clients: 9, faults: 30, thinkMsMin: 440 };
export const SMALL_SCALE: Scale = { workMs: 30_000, clients: 6, faults: 12, thinkMsMin: 40 };

const PATIENT: Patience = { requestMs: 5_000, deliveryMs: 20_000, transactionMs: 15_000, dawdleChance: 0.005 };
const IMPATIENT: Patience = { requestMs: 500, deliveryMs: 600, transactionMs: 1_500, dawdleChance: 0.1 };

/** What a short run has much of: the kinds of faults in which one sort of bug shows. */
export type Provocation =
  | "power"
  | "elections"
  | "transactions"
  | "haste"
  | "store"
  | "disks"
  | "syncs"
  | "coordinators"
  | "shrinking"
  | "corruption"
  | "damage"
  | "groups"
  | "rollback"
  | "compaction"
  | "quiet"
  | "replicas"
  | "unsynced"
  | "jobs";

const ELECTIONS = [
  "broker-among-clients",
  "kill-broker",
  "broker-among-clients",
  "pause-broker",
  "broker-among-clients",
  "power-loss",
] as const;

const PROVOKING: Readonly<Record<Provocation, readonly Exclude<FaultKind, ExecutorFaultKind>[]>> = {
  replicas: ELECTIONS,
  power: ["power-loss-everywhere", "power-loss-everywhere", "power-loss", "power-loss-everywhere", "slow-disk", "kill-broker"],
  elections: ELECTIONS,
  transactions: ["kill-broker", "pause-broker", "connection-resets", "client-crash", "slow-network", "slow-disk", "kill-every-broker"],
  haste: [
    ...["stalling-connections", "kill-broker", "stalling-connections", "slow-network", "stalling-connections", "duplicated-requests"],
    ...["stalling-connections", "connection-resets", "stalling-connections", "client-crash", "pause-broker", "slow-disk"],
  ] as const,
  store: ["store-down", "store-answers-lost", "pause-coordinator", "kill-coordinator", "kill-broker", "isolated-machine"],
  disks: ["empty-disk", "kill-broker", "power-loss", "kill-broker", "pause-broker"],
  jobs: ["kill-broker", "kill-coordinator", "connection-resets", "pause-coordinator", "store-answers-lost"],
  syncs: ["failing-syncs", "failing-syncs", "power-loss-everywhere", "slow-disk"],
  coordinators: ["coordinator-without-store", "flapping", "coordinator-without-store", "flapping", "pause-coordinator", "slow-network"],
  corruption: ["flipped-tail-bit", "kill-broker", "power-loss", "kill-broker", "pause-broker"],
  damage: ["damage-before-follower", "connection-resets", "client-crash", "slow-network"],
  groups: ["pause-client", "pause-client", "kill-broker", "pause-client", "client-crash", "connection-resets"],
  quiet: ["empty-disk", "two-way-cut", "one-way-cut", "two-way-cut", "one-way-cut", "kill-broker", "two-way-cut", "connection-resets"],
  unsynced: ["power-loss", "power-loss", "kill-broker", "power-loss", "pause-broker", "kill-broker", "isolated-machine"],
  compaction: ["empty-disk", "kill-broker", "power-loss", "kill-broker", "pause-broker", "slow-disk", "connection-resets"],
  rollback: ["store-rollback", "kill-coordinator", "kill-broker", "pause-coordinator", "broker-among-clients"],
  shrinking: ["kill-broker", "pause-broker", "kill-broker", "isolated-machine", "kill-broker", "slow-network"],
};
const PROVOKED: Provoked = { workMs: 25_000, clients: 6, faults: 14, thinkMs: 25 };
/** For what takes a group longer than its session. */
const PROVOKED_GROUPS: Provoked = { ...PROVOKED, workMs: 150_000, thinkMs: 150 };
/** One long fault that begins soon, and little that would come between. */
const PROVOKED_DAMAGE: Provoked = { ...PROVOKED, clients: 3, faults: 3, thinkMs: 50, strikeMs: 7_000 };
/** A leader lets go of nothing before it has led for two minutes. */
const PROVOKED_COMPACTION: Provoked = { ...PROVOKED, workMs: 240_000, clients: 2, faults: 5, thinkMs: 300 };

/** Compacted as often as can be, while its tombstones outlast any reader that is slow. */
const TABLE: TopicPlan = {
  name: "table",
  partitions: 2,
  replicas: 3,
  configs: {
    "cleanup.policy": "compact",
    "segment.ms": "2000",
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": "120000",
  },
};
const COMPACTION_CHECK_MS = 1_500;
/** Of so many runs one has a table. */
const RUNS_PER_TABLE = 6;

/** Where a job is to be provoked: little beside it. */
const JOB_PROVOKED = { clients: 3, thinkMs: 400, fewFaults: 4 } as const;

/** Partitions to which nothing is written for seconds: whoever had everything a while ago still has. */
const PROVOKED_QUIET: Provoked = { ...PROVOKED, workMs: 40_000, faults: 18, thinkMs: 2_500 };

interface Provoked {
  readonly workMs: number;
  readonly clients: number;
  readonly faults: number;
  readonly thinkMs: number;
  /** Faults begin before this; absent: as long as clients work. */
  readonly strikeMs?: number;
}

function provokedBy(provocation: Provocation): Provoked {
  if (provocation === "quiet") return PROVOKED_QUIET;
  if (provocation === "groups") return PROVOKED_GROUPS;
  if (provocation === "damage") return PROVOKED_DAMAGE;
  return provocation === "compaction" ? PROVOKED_COMPACTION : PROVOKED;
}

/** A short, dense run of three brokers with faults of a few kinds: for planted bugs. It does not count. */
export function provokingPlanOf(seed: number, provocation: Provocation): RunPlan {
  const random = new SeededRandom(seed ^ 0x0b06);
  const { workMs, clients, faults, thinkMs, strikeMs = workMs } = provokedBy(provocation);
  const plan = planWithoutJob(seed, { workMs, clients, faults, thinkMsMin: thinkMs });
  // Beyond the replicas of a partition: some lead what they coordinate, or keep, nothing of.
  const brokers = provocation === "haste" ? 5 : 3;
  const around = { brokers, coordinators: plan.coordinators, clients, startMs: 1_500, endMs: strikeMs };
  const provoking: RunPlan = {
    ...plan,
    brokers,
    thinkMs,
    topics: [{ name: "t0", partitions: 3, replicas: 3, configs: { "segment.ms": String(3_000 + random.integer(10_000)) } }],
    disks: { syncMsMean: 1 + random.next() * (provocation === "power" ? 60 : 10), readMsMean: 1 },
    links: { delayMsMin: random.next() * 2, delayMsMean: 0.5 + random.next() * 5 },
    // Of a lease each side has its own clock: no promise may hang on how fast they are.
    patience: provocation === "haste" ? IMPATIENT : PATIENT,
    isUnruly: provocation === "haste",
    readsReplicas: provocation === "replicas",
    ...(provocation === "coordinators" ? { coordinatorDriftMax: 1.6 } : {}),
    faults: drawFaults(random, around, { count: faults, kinds: PROVOKING[provocation] }),
  };
  if (provocation === "compaction") return { ...provoking, table: TABLE, faults: emptiedLate(provoking) };
  if (provocation === "unsynced") return unsynced(provoking);
  if (provocation !== "jobs") return provoking;
  const { fewFaults, clients: fewClients, thinkMs: slowly } = JOB_PROVOKED;
  const quiet = { ...provoking, clients: fewClients, thinkMs: slowly, faults: provoking.faults.slice(0, fewFaults) };
  return withJob(quiet, { random, scale: DENSE_JOB_SCALE, startMs: 3_000, faults });
}

/** Of the time in which clients work: by then there are logs that were compacted, and there is time left in which who copied one leads. */
const EMPTIED_AT_LEAST = 0.65;
const EMPTIED_WITHIN = 0.15;

/** The disk is emptied after leaders have compacted, and its broker is back before the end. */
function emptiedLate({ faults, workMs }: RunPlan): readonly Fault[] {
  const late = (atMs: number): number => Math.round(workMs * EMPTIED_AT_LEAST + atMs * EMPTIED_WITHIN);
  return faults
    .map((fault) => (fault.kind === "empty-disk" ? { ...fault, atMs: late(fault.atMs) } : fault))
    .sort((a, b) => a.atMs - b.atMs);
}

const LOSSY_BROKER = 1;

/**
 * Topics that are synced in the background, so seldom that a power loss takes all of a broker's last seconds. One broker loses power, as often as it comes: of two at a time
 * nothing is promised, as with one disk that is gone (R12).
 */
function unsynced(plan: RunPlan): RunPlan {
  const topics = plan.topics.map((topic) => ({ ...topic, configs: { ...topic.configs, flush: "interval", "flush.ms": "60000" } }));
  const faults = plan.faults.map((fault) => (fault.kind === "power-loss" ? { ...fault, broker: LOSSY_BROKER } : fault));
  return { ...plan, topics, faults, lossyBroker: LOSSY_BROKER };
}

/** Of so many runs one has a job: it costs as much again as all the rest of a run. */
const RUNS_PER_JOB = 4;
const JOB_FAULTS_MIN = 4;

/** The plan of a seed: the same for ever, as long as this file is. */
export function planOf(seed: number, scale: Scale, options: { readonly withJob?: boolean } = {}): RunPlan {
  const plan = planWithoutJob(seed, scale);
  const random = new SeededRandom(seed ^ 0x10b5);
  const isDrawn = random.integer(RUNS_PER_JOB) === 0;
  return isDrawn || options.withJob === true ? withJob(plan, { random, scale: JOB_SCALE, startMs: 4_000, faults: scale.faults / 3 }) : plan;
}

/** Beside its job the run has faults that hit executors; what it had before stays as it was. */
function withJob(plan: RunPlan, options: { random: SeededRandom; scale: JobScale; startMs: number; faults: number }): RunPlan {
  const { random, scale, startMs, faults } = options;
  const job = drawJob(random, scale);
  const around = { executors: job.executors, brokers: plan.brokers, coordinators: plan.coordinators, startMs, endMs: plan.workMs };
  const added = drawJobFaults(random, around, JOB_FAULTS_MIN + random.integer(Math.ceil(faults)));
  return { ...plan, job, faults: [...plan.faults.map(sparingJobs), ...added].sort((a, b) => a.atMs - b.atMs) };
}

/** Brokers tell a new coordinator what the store has lost of the cluster. Of a job nobody else knows: one whose entries are lost stops (reliability S9). */
function sparingJobs(fault: Fault): Fault {
  return fault.kind === "store-rollback" ? { kind: "connection-resets", machine: "redis", atMs: fault.atMs } : fault;
}

function planWithoutJob(seed: number, scale: Scale): RunPlan {
  const random = new SeededRandom(seed);
  // Connections, and with them what a second costs, grow with the square of it.
  const brokers = 3 + Math.floor(random.next() ** 2 * 5);
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
    thinkMs: scale.thinkMsMin * (1 + 0.25 * random.next()),
    patience: PATIENT,
    isUnruly: false,
    readsReplicas: false,
    workMs: scale.workMs,
    lossyBroker: undefined,
    brokerSettings: { checkpointMs: 1_000 + random.integer(5_000), compactionCheckMs: COMPACTION_CHECK_MS },
    coordinatorSettings: {},
    table: new SeededRandom(seed ^ 0x7ab1).integer(RUNS_PER_TABLE) === 0 ? TABLE : undefined,
    faults: drawFaults(random, around, { count: scale.faults + random.integer(scale.faults) }),
    job: undefined,
  };
}
