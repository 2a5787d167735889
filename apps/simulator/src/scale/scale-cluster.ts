import { type CoordinatorNode, coordinatorSettingsSchema, createCoordinatorNode } from "@millrace/coordinator-node";
import { type ServiceClient } from "@millrace/contracts";
import type { DescService } from "@bufbuild/protobuf";
import { NO_METRICS, NO_TRACER, SILENT_LOGGER } from "@millrace/ports";
import { MemoryCoordination, SeededRandom } from "@millrace/testkit";
import { Machine } from "../world/machine.ts";
import { Network } from "../world/network.ts";
import { Scheduler } from "../world/scheduler.ts";
import { SimProcess } from "../world/sim-process.ts";
import { simulatedListener, simulatedTransport } from "../world/transport.ts";
import { CpuMeter } from "./cpu-meter.ts";
import { MetadataBroker } from "./metadata-broker.ts";
import { SlowStore } from "./slow-store.ts";

/** Between machines of one site, each way. */
const LINKS = { delayMsMin: 0.1, delayMsMean: 0.1 };
const START_WALL_MS = Date.UTC(2026, 0, 1);
/** Leaders go back when they are told to: what is measured shall not meet what happens by itself. */
const BALANCE_MS = 3_600_000;
/** A wait that is longer than this means that something does not happen at all. */
const WAIT_MS_MAX = 120_000;

interface LogName {
  readonly topicId: string;
  readonly partition: number;
}

export interface CoordinatorHost {
  readonly name: string;
  readonly process: SimProcess;
  readonly store: SlowStore;
  readonly node: CoordinatorNode;
}

/** Coordinators over a store as slow as the goal says, and the metadata side of many brokers, on virtual time; processor time is measured. */
export class ScaleCluster {
  readonly meter = new CpuMeter();
  readonly scheduler = new Scheduler(this.meter);
  readonly network: Network;
  readonly brokers: readonly MetadataBroker[];
  readonly coordinatorAddresses: readonly string[];
  coordinators: CoordinatorHost[] = [];
  readonly #model: MemoryCoordination;
  readonly #random: SeededRandom;
  readonly #client: SimProcess;
  #processes = 0;
  /** Of the version that the witness had. */
  #logs: { readonly version: number; readonly byBroker: ReadonlyMap<number, readonly LogName[]> } = { version: -1, byBroker: new Map() };

  constructor(of: { readonly brokers: number; readonly witnesses: number; readonly seed: number }) {
    this.#random = new SeededRandom(of.seed);
    this.network = new Network(LINKS, { scheduler: this.scheduler, trace: this.meter, random: new SeededRandom(of.seed + 1) });
    this.#client = this.process(this.#machine("client"));
    this.#model = new MemoryCoordination({ clock: this.#client.clock, random: this.#client.random });
    this.coordinatorAddresses = ["coordinator-1:9191", "coordinator-2:9191"];
    this.brokers = Array.from({ length: of.brokers }, (_, index) => {
      const brokerId = index + 1;
      return new MetadataBroker(this, { brokerId, machine: this.#machine(`broker-${brokerId}`), isWitness: index < of.witnesses });
    });
  }

  /** Everything starts, one coordinator after the other; resolves when every broker may lead. */
  async start(): Promise<void> {
    for (const name of ["coordinator-1", "coordinator-2"]) await this.startCoordinator(name);
    await this.during(Promise.all(this.brokers.map((broker) => broker.start())));
    await this.until("all brokers are live", () => this.#liveCount() === this.brokers.length);
  }

  async startCoordinator(name: string): Promise<void> {
    const process = this.process(this.#machine(name));
    const store = new SlowStore(process, { model: this.#model, scheduler: this.scheduler, random: this.#random });
    const settings = coordinatorSettingsSchema.parse({
      coordinatorId: `${name}-${process.number}`,
      listenAddress: `${name}:9191`,
      leaderBalanceMs: BALANCE_MS,
    });
    const node = createCoordinatorNode(settings, {
      ...{ clock: process.clock, random: process.random, logger: SILENT_LOGGER, metrics: NO_METRICS, tracer: NO_TRACER, store },
      ...{ listener: simulatedListener(process, this.network), transport: simulatedTransport(process, this.network) },
    });
    this.coordinators = [...this.coordinators.filter((host) => host.name !== name), { name, process, store, node }];
    await node.start();
    await this.until("a coordinator leads", () => this.#active() !== undefined);
  }

  process(machine: Machine): SimProcess {
    const number = this.#processes++;
    return new SimProcess({ name: machine.name, number, machine, seed: number + 1 }, this.scheduler);
  }

  get active(): CoordinatorHost {
    const active = this.#active();
    if (active === undefined) throw new Error("no coordinator leads");
    return active;
  }

  /** The broker whose view stands for everybody's, and whose bytes are counted. */
  get witness(): MetadataBroker {
    const [first] = this.brokers;
    if (first === undefined) throw new Error("no broker");
    return first;
  }

  countsBytes(broker: MetadataBroker): boolean {
    return broker === this.witness;
  }

  get running(): readonly MetadataBroker[] {
    return this.brokers.filter(({ process }) => !process.isDead);
  }

  client<S extends DescService>(service: S): ServiceClient<S> {
    return simulatedTransport(this.#client, this.network).client(service, `${this.active.name}:9191`);
  }

  /** What a broker would find on its disk when it starts again. */
  logsOf(brokerId: number): readonly LogName[] {
    const { version, view } = this.witness;
    if (this.#logs.version !== version) {
      const byBroker = new Map<number, LogName[]>(this.brokers.map((broker) => [broker.brokerId, []]));
      for (const { topicId, partitions } of view.topics)
        for (const { partition, replicas } of partitions) for (const id of replicas) byBroker.get(id)?.push({ topicId, partition });
      this.#logs = { version, byBroker };
    }
    return this.#logs.byBroker.get(brokerId) ?? [];
  }

  /** Runs the cluster until something is so. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    if (!(await this.scheduler.runUntil(isSo, WAIT_MS_MAX))) throw new Error(`waited ${WAIT_MS_MAX} ms in vain: ${what}`);
  }

  /** Runs the cluster while a call is under way. */
  async during<T>(call: Promise<T>): Promise<T> {
    let isOver = false;
    const over = call.finally(() => (isOver = true));
    over.catch(() => undefined);
    await this.until("a call is answered", () => isOver);
    return over;
  }

  async run(ms: number): Promise<void> {
    await this.scheduler.runUntil(() => false, ms);
  }

  #liveCount(): number {
    let count = 0;
    for (const { fenced } of this.witness.view.brokers) if (!fenced) count++;
    return count;
  }

  #active(): CoordinatorHost | undefined {
    return this.coordinators.find(({ process, node }) => !process.isDead && node.status().role === "active");
  }

  #machine(name: string): Machine {
    const known = this.network.machines.find((machine) => machine.name === name);
    if (known !== undefined) return known;
    const machine = new Machine(name, this.scheduler, { wallMs: START_WALL_MS, rate: 1 });
    this.network.add(machine);
    return machine;
  }
}
