import { type BrokerNode, brokerSettingsSchema, createBrokerNode } from "@millrace/broker-node";
import { crc32c } from "@millrace/codecs";
import { type CoordinatorNode, coordinatorSettingsSchema, createCoordinatorNode, createJobsPart } from "@millrace/coordinator-node";
import { createExecutorNode, type ExecutorNode, executorSettingsSchema } from "@millrace/executor-node";
import { NO_EXPRESSIONS, NO_METRICS, NO_TRACER } from "@millrace/ports";
import type { JobModule } from "@millrace/streams";
import { MemoryCheckpointPlaces, MemoryCoordination, SeededRandom } from "@millrace/testkit";
import { CHECKPOINT_PATH } from "../jobs/job-plan.ts";
import { simJob } from "../jobs/sim-job.ts";
import { sha256 } from "../jobs/sha256.ts";
import type { RunPlan } from "../run/plan.ts";
import { Disk } from "./disk.ts";
import { Machine } from "./machine.ts";
import { Network } from "./network.ts";
import { NO_COMPRESSION } from "./no-compression.ts";
import { Scheduler } from "./scheduler.ts";
import { SimLog } from "./sim-log.ts";
import { SimProcess } from "./sim-process.ts";
import { SimStore, type StoreServer } from "./sim-store.ts";
import { simulatedWorkers } from "./sim-worker.ts";
import { Trace } from "./trace.ts";
import { simulatedListener, simulatedTransport } from "./transport.ts";

/** What nobody may ever say. */
const ALARMS = ["acknowledged records are cut off: the leader does not have them"];
/** What no coordinator may say of a store that lost nothing: it has seen its own write, and took it for another's. */
const ALARMS_WITH_A_GOOD_STORE = ["coordinator.term-over: cluster state in the store changed behind this coordinator"];
const START_WALL_MS = Date.UTC(2026, 0, 1);
/** A supervisor starts a process that ended by itself again after so long. */
const RESTART_MS = 2_000;
/** How often a broker is asked whether it can go on, and how long it may take to stop. */
const FAILURE_CHECK_MS = 500;
const STOP_MS_MAX = 15_000;

/** Damage is found within a run, not within a week. */
const SCRUB_INTERVAL_MS = 20_000;

/** A machine on which one service runs, with its process of the moment. */
export interface Host<Node> {
  readonly name: string;
  readonly machine: Machine;
  process: SimProcess | undefined;
  node: Node | undefined;
}

export interface BrokerHost extends Host<BrokerNode> {
  readonly brokerId: number;
  disk: Disk;
  /** Something that was durable on its disk is not what it was: a log of it may have to be read again from others. */
  isDamaged: boolean;
}

export type CoordinatorHost = Host<CoordinatorNode>;

export interface ExecutorHost extends Host<ExecutorNode> {
  /** Processes that it started, and that live on when it is killed. */
  readonly workers: Set<SimProcess>;
  /** The next worker here that reports dies instead. */
  losesNextReport: boolean;
}

/** All machines of a run and what runs on them: the nodes themselves, over simulated ports. */
export class Cluster {
  readonly trace = new Trace();
  readonly scheduler = new Scheduler(this.trace);
  readonly log: SimLog;
  readonly network: Network;
  readonly store: StoreServer;
  readonly brokers: BrokerHost[] = [];
  readonly coordinators: CoordinatorHost[] = [];
  readonly executors: ExecutorHost[] = [];
  /** What executors run; undefined: there are none in this run. */
  readonly job: JobModule | undefined;
  /** The folder that every executor has mounted. */
  readonly places = new MemoryCheckpointPlaces([CHECKPOINT_PATH]);
  readonly #plan: RunPlan;
  readonly #seeds: SeededRandom;
  #processes = 0;

  constructor(plan: RunPlan, options: { readonly keepsLog: boolean }) {
    this.#plan = plan;
    this.#seeds = new SeededRandom(plan.seed ^ 0x5eed);
    const isStoreGood = plan.faults.every(({ kind }) => kind !== "store-rollback");
    this.log = new SimLog(this.scheduler, {
      alarming: isStoreGood ? [...ALARMS, ...ALARMS_WITH_A_GOOD_STORE] : ALARMS,
      keeps: options.keepsLog,
    });
    const { scheduler, trace } = this;
    this.network = new Network(plan.links, { scheduler, trace, random: new SeededRandom(plan.seed ^ 0x0e7) });
    const storeProcess = this.process("redis", this.#machine("redis", 1));
    const model = new MemoryCoordination({ clock: storeProcess.clock, random: storeProcess.random });
    if (plan.faults.some(({ kind }) => kind === "store-rollback")) model.recordHistory();
    this.store = { machine: storeProcess.machine, model, isUp: true, lostAnswerChance: 0, watch: undefined };
    for (let id = 1; id <= plan.brokers; id++) {
      const name = `broker-${id}`;
      const machine = this.#machine(name, 1 + (this.#seeds.next() - 0.5) * plan.driftMax);
      this.brokers.push({ name, brokerId: id, machine, disk: this.newDisk(), isDamaged: false, process: undefined, node: undefined });
    }
    for (let id = 1; id <= plan.coordinators; id++) {
      const name = `coordinator-${id}`;
      const machine = this.#machine(name, 1 + (this.#seeds.next() - 0.5) * (plan.coordinatorDriftMax ?? plan.driftMax));
      this.coordinators.push({ name, machine, process: undefined, node: undefined });
    }
    this.job = plan.job === undefined ? undefined : simJob(plan.job);
    for (let id = 1; id <= (plan.job?.executors ?? 0); id++) {
      const name = `executor-${id}`;
      const machine = this.#machine(name, 1 + (this.#seeds.next() - 0.5) * plan.driftMax);
      this.executors.push({ name, machine, process: undefined, node: undefined, workers: new Set(), losesNextReport: false });
    }
  }

  start(): void {
    for (const host of this.coordinators) this.startCoordinator(host);
    for (const host of this.brokers) this.startBroker(host);
    for (const host of this.executors) this.startExecutor(host);
  }

  newDisk(): Disk {
    return new Disk(this.#seeds.integer(2 ** 31), this.#plan.disks, this.scheduler);
  }

  /** A new process; its machine is up. */
  process(name: string, machine: Machine): SimProcess {
    return new SimProcess({ name, number: this.#processes++, machine, seed: this.#seeds.integer(2 ** 31) }, this.scheduler);
  }

  clientMachine(name: string): Machine {
    return this.#machine(name, 1);
  }

  /** What a clock would say that neither drifts nor is set. */
  get trueWallMs(): number {
    return START_WALL_MS + this.scheduler.nowMs;
  }

  get bootstrap(): readonly string[] {
    return this.brokers.map(({ name }) => `${name}:9190`);
  }

  startCoordinator(host: CoordinatorHost): void {
    if (host.process?.isDead === false) return;
    this.network.powerBack(host.machine);
    const process = this.process(host.name, host.machine);
    host.process = process;
    const settings = coordinatorSettingsSchema.parse({
      coordinatorId: `${host.name}-${process.number}`,
      listenAddress: `${host.name}:9191`,
      internalTopicPartitions: 4,
      leaderBalanceMs: 20_000,
      ...this.#plan.coordinatorSettings,
    });
    host.node = createCoordinatorNode(settings, {
      ...this.#ports(host.name, process),
      store: new SimStore(process, this.store, this.network),
      ...(this.job === undefined ? {} : { createJobs: createJobsPart({ sha256, expressions: NO_EXPRESSIONS }) }),
    });
    this.#run(host, host.node, () => this.startCoordinator(host));
  }

  startBroker(host: BrokerHost): void {
    if (host.process?.isDead === false) return;
    this.network.powerBack(host.machine);
    const process = this.process(host.name, host.machine);
    host.process = process;
    const settings = brokerSettingsSchema.parse({
      brokerId: host.brokerId,
      listenAddress: `${host.name}:9190`,
      kafkaListenAddress: "off",
      coordinators: this.coordinators.map(({ name }) => `${name}:9191`),
      rack: `rack-${host.brokerId % 3}`,
      tailCacheBytes: 262_144,
      groupInitialRebalanceDelayMs: 500,
      scrubIntervalMs: SCRUB_INTERVAL_MS,
      ...this.#plan.brokerSettings,
    });
    host.node = createBrokerNode(settings, {
      ...this.#ports(host.name, process),
      storage: host.disk.mount(process),
      crc32c,
      compression: NO_COMPRESSION,
      compilePattern: (pattern) => (topic) => topic === pattern,
      defer: process.defer,
    });
    this.#run(host, host.node, () => this.startBroker(host));
    this.#watch(host, host.node, process);
  }

  startExecutor(host: ExecutorHost): void {
    const { job } = this;
    const plan = this.#plan.job;
    if (host.process?.isDead === false || plan === undefined || job === undefined) return;
    this.network.powerBack(host.machine);
    const process = this.process(host.name, host.machine);
    host.process = process;
    const newProcess = (name: string): SimProcess => {
      const worker = this.process(name, host.machine);
      host.workers.add(worker);
      worker.onDeath(() => host.workers.delete(worker));
      return worker;
    };
    const losesReport = (): boolean => {
      const loses = host.losesNextReport;
      host.losesNextReport = false;
      return loses;
    };
    const { network, log, places } = this;
    const { workerStartMs: startMs, stateMemoryBytes } = plan;
    const settings = executorSettingsSchema.parse({
      executorId: host.name,
      coordinators: this.coordinators.map(({ name }) => `${name}:9191`),
      host: host.name,
      workerSlots: plan.workerSlots,
    });
    host.node = createExecutorNode(settings, {
      ...this.#ports(host.name, process),
      workerHost: simulatedWorkers({ supervisor: process, network, log, job, startMs, stateMemoryBytes, places, newProcess, losesReport }),
    });
  }

  /** As the broker's process does: a node that cannot go on is stopped in order, and started again. */
  #watch(host: BrokerHost, node: BrokerNode, process: SimProcess): void {
    this.scheduler.after(FAILURE_CHECK_MS, process, () => {
      if (node.status().state !== "failed") {
        this.#watch(host, node, process);
        return;
      }
      this.log.note(host.name, "ends by itself");
      const gone = (): void => {
        if (process.isDead) return;
        this.kill(host);
        this.scheduler.after(RESTART_MS, undefined, () => this.startBroker(host));
      };
      node.stop().then(gone, gone);
      this.scheduler.after(STOP_MS_MAX, undefined, gone);
    });
  }

  /** The process is gone; its machine goes on, and with it all that was written. */
  kill<Node>(host: Host<Node>): void {
    host.process?.kill();
    host.node = undefined;
    if ("disk" in host) (host as unknown as BrokerHost).disk.model.crash();
  }

  /** The machine is gone, and with it what was not synced. */
  cutPower<Node>(host: Host<Node>): void {
    host.machine.isUp = false;
    host.process?.kill();
    if ("workers" in host) for (const worker of (host as unknown as ExecutorHost).workers) worker.kill();
    host.node = undefined;
    if ("disk" in host) (host as unknown as BrokerHost).disk.model.powerLoss();
  }

  /** Starts, and if that fails, or the node says that it cannot go on, as a supervisor would: again after a while. */
  #run(host: Host<unknown>, node: { start(): Promise<void> }, again: () => void): void {
    const { process } = host;
    node.start().catch((error: unknown) => {
      this.log.note(host.name, "does not start", { error });
      if (host.process !== process || process === undefined) return;
      this.kill(host);
      this.scheduler.after(RESTART_MS, undefined, again);
    });
  }

  #ports(name: string, process: SimProcess) {
    return {
      clock: process.clock,
      random: process.random,
      logger: this.log.of(name),
      metrics: NO_METRICS,
      tracer: NO_TRACER,
      listener: simulatedListener(process, this.network),
      transport: simulatedTransport(process, this.network),
    };
  }

  #machine(name: string, rate: number): Machine {
    const machine = new Machine(name, this.scheduler, { wallMs: START_WALL_MS, rate });
    this.network.add(machine);
    return machine;
  }
}
