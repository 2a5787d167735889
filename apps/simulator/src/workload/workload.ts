import { type HistoryEvent, HistoryRecorder } from "@millrace/checkers";
import { crc32c } from "@millrace/codecs";
import { type Client, createClient } from "@millrace/client";
import type { DurabilityWatch } from "../run/durability-watch.ts";
import type { RunPlan } from "../run/plan.ts";
import type { Cluster } from "../world/cluster.ts";
import type { Machine } from "../world/machine.ts";
import type { SimProcess } from "../world/sim-process.ts";
import { simulatedTransport } from "../world/transport.ts";
import { runGroupMember } from "./group-member.ts";
import { runClient } from "./run-client.ts";
import { ReplicaReader } from "./replica-reader.ts";
import { UnrulyProducer } from "./unruly-producer.ts";

/** The group of all members. */
export const GROUP = "group";
/** One client in so many is a member of it. */
const CLIENTS_PER_MEMBER = 3;
const REQUEST_MS_MAX = 5_000;
/** A client that ended begins again after so long. */
const SUCCESSOR_MS = 300;

export interface KeyOf {
  readonly key: string;
  readonly topic: string;
  readonly partition: number;
}

/** All clients of a run, and the history that they write. */
export class Workload {
  readonly history: HistoryEvent[] = [];
  readonly recorder: HistoryRecorder;
  readonly cluster: Cluster;
  readonly plan: RunPlan;
  readonly keys: readonly KeyOf[];
  /** What clients saw that no rule about histories covers. */
  readonly anomalies: string[] = [];
  readonly durability: DurabilityWatch;
  isOver = false;
  #nextValue = 0;
  readonly #unruly: SimProcess[] = [];
  #replicaReader: ReplicaReader | undefined;
  readonly #clients: { readonly machine: Machine; process: SimProcess | undefined; p: number }[] = [];

  constructor(cluster: Cluster, plan: RunPlan, durability: DurabilityWatch) {
    this.cluster = cluster;
    this.plan = plan;
    this.durability = durability;
    const nowNs = (): number => Math.round(cluster.scheduler.nowMs * 1e6);
    this.recorder = new HistoryRecorder({ nowNs, write: (event) => this.history.push(event) });
    this.keys = plan.topics.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ key: `${name}-${partition}`, topic: name, partition })),
    );
    for (let index = 0; index < plan.clients; index++) {
      this.#clients.push({ machine: cluster.clientMachine(`client-${index}`), process: undefined, p: -1 });
    }
  }

  start(): void {
    for (const index of this.#clients.keys()) this.#start(index);
    if (this.plan.isUnruly) for (const transactionalId of ["", "unruly-1", "unruly-2", "unruly-3"]) this.#startUnruly(transactionalId);
    if (this.plan.readsReplicas) this.#startReplicaReader();
  }

  /** What was read of replicas that is not there at the end. */
  replicaFindings(): string[] {
    return this.#replicaReader?.findings(this.cluster.brokers) ?? [];
  }

  /** A number that no record had before. */
  newValue(): number {
    return this.#nextValue++;
  }

  /** Of the client of that number, as long as it lives. */
  process(index: number): SimProcess | undefined {
    return this.#clients[index]?.process;
  }

  /** The client is gone in the middle of what it does; another one takes its place. */
  crash(index: number): void {
    const client = this.#clients[index];
    if (client?.process?.isDead !== false) return;
    client.process.kill();
    this.recorder.record({ p: client.p, type: "info", f: "crash" });
    if (!this.isOver) this.cluster.scheduler.after(SUCCESSOR_MS, undefined, () => this.#start(index));
  }

  /** No client does anything more. */
  end(): void {
    this.isOver = true;
    for (const index of this.#clients.keys()) this.crash(index);
    for (const process of this.#unruly) process.kill();
  }

  /** A way into the cluster for one process. */
  connect(process: SimProcess, { requestMs }: { readonly requestMs: number } = { requestMs: REQUEST_MS_MAX }): Client {
    const settings = { bootstrap: this.cluster.bootstrap, requestTimeoutMs: requestMs, retryForMs: 20_000 };
    return createClient(settings, {
      transport: simulatedTransport(process, this.cluster.network),
      clock: process.clock,
      random: process.random,
      crc32c,
    });
  }

  #startReplicaReader(): void {
    const process = this.cluster.process("replica-reader", this.cluster.clientMachine("replica-reader"));
    this.#replicaReader = new ReplicaReader(this, process);
    void this.#replicaReader.run();
  }

  #startUnruly(transactionalId: string): void {
    const name = transactionalId === "" ? "unruly" : transactionalId;
    const process = this.cluster.process(name, this.cluster.clientMachine(name));
    this.#unruly.push(process);
    void new UnrulyProducer(this, { process, transactionalId }).run();
  }

  #start(index: number): void {
    const client = this.#clients[index];
    if (client === undefined || this.isOver || client.process?.isDead === false) return;
    const process = this.cluster.process(`client-${index}`, client.machine);
    client.process = process;
    client.p = this.recorder.newProcess();
    const run = index % CLIENTS_PER_MEMBER === CLIENTS_PER_MEMBER - 1 ? runGroupMember : runClient;
    run(this, { index, process, p: client.p }).then(
      () => this.crash(index),
      (error: unknown) => {
        this.cluster.log.note(process.name, "client ended", { error });
        this.crash(index);
      },
    );
  }
}
