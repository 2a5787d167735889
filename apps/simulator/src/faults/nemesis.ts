import { assertNever } from "@millrace/stdx";
import type { BrokerHost, Cluster, CoordinatorHost, ExecutorHost } from "../world/cluster.ts";
import type { Connection } from "../world/connection.ts";
import type { Machine } from "../world/machine.ts";
import type { SimProcess } from "../world/sim-process.ts";
import { flipBit, flipBitBefore } from "./damage.ts";
import type { ExecutorFaultKind, Fault, FaultKind, FaultOf } from "./fault.ts";

type Downing =
  "kill-broker" | "power-loss" | "empty-disk" | "flipped-bit" | "flipped-tail-bit" | "power-loss-everywhere" | "kill-every-broker";

/** Longest a stop in order may take before the supervisor kills. */
const STOP_MS_MAX = 15_000;
/** Long enough to find another peer, and to be taken on by it. */
const FLAP_MS = 400;
/** How often it is drawn which connections stand still. */
const STALL_EVERY_MS = 200;
const STALL_CHANCE = 0.2;
/** How long an executor waits for others to take its workers over. */
const EXECUTOR_STOP_MS = 10_000;

/** Of the workload. */
interface Clients {
  crash(index: number): void;
  process(index: number): SimProcess | undefined;
}

/** Makes the planned faults happen, and ends them. After `heal` nothing goes wrong any more, and everything that was down comes back. */
export class Nemesis {
  /** Faults that happened, by kind; one that found nothing to break is not counted. */
  readonly counts = new Map<FaultKind, number>();
  readonly #cluster: Cluster;
  readonly #clients: Clients;
  /** Ends of what is under way. */
  readonly #repairs = new Set<() => void>();
  #isOver = false;

  constructor(cluster: Cluster, clients: Clients) {
    this.#cluster = cluster;
    this.#clients = clients;
  }

  start(faults: readonly Fault[]): void {
    for (const fault of faults)
      this.#cluster.scheduler.after(fault.atMs, undefined, () => {
        if (this.#isOver || !this.#strike(fault)) return;
        this.#cluster.log.note("nemesis", fault.kind, { ...fault });
        this.counts.set(fault.kind, (this.counts.get(fault.kind) ?? 0) + 1);
      });
  }

  heal(): void {
    this.#isOver = true;
    for (const repair of [...this.#repairs]) repair();
  }

  #strike(fault: Fault): boolean {
    switch (fault.kind) {
      case "kill-broker":
      case "power-loss":
      case "empty-disk":
      case "flipped-bit":
      case "flipped-tail-bit":
        return this.#takeDown(this.#broker(fault.broker), fault);
      case "damage-before-follower":
        return this.#damageBeforeFollower(fault);
      case "stop-broker":
        return this.#stop(this.#broker(fault.broker), fault.downMs);
      case "kill-every-broker":
      case "power-loss-everywhere":
        return this.#cluster.brokers.filter((host) => this.#takeDown(host, fault)).length > 0;
      case "pause-broker":
        return this.#pause(this.#broker(fault.broker).process, fault.forMs);
      case "kill-coordinator":
        return this.#killCoordinator(this.#coordinator(fault.coordinator), fault.downMs);
      case "pause-coordinator":
        return this.#pause(this.#coordinator(fault.coordinator).process, fault.forMs);
      case "client-crash":
        this.#clients.crash(fault.client);
        return true;
      case "pause-client":
        return this.#pause(this.#clients.process(fault.client), fault.forMs);
      case "flapping":
        this.#flap(this.#machine(fault.machine), fault.forMs);
        return true;
      case "coordinator-without-store":
        return this.#keepFromStore(fault.forMs);
      case "one-way-cut":
      case "two-way-cut":
      case "isolated-machine":
      case "broker-among-clients":
      case "connection-resets":
      case "stalling-connections":
      case "slow-network":
      case "duplicated-requests":
        return this.#network(fault);
      case "clock-jump":
        this.#machine(fault.machine).jumpWall(fault.byMs);
        return true;
      case "clock-drift":
        this.#machine(fault.machine).drift(fault.rate);
        return true;
      case "slow-disk":
      case "full-disk":
      case "failing-syncs":
        return this.#disk(fault);
      case "store-down":
      case "store-answers-lost":
      case "store-rollback":
        return this.#store(fault);
      case "kill-executor":
      case "executor-power-loss":
      case "pause-executor":
      case "pause-workers":
      case "kill-worker":
      case "kill-worker-at-report":
      case "stop-executor":
        return this.#executors(fault, this.#executor(fault.executor));
      default:
        return assertNever(fault, "fault");
    }
  }

  #takeDown(host: BrokerHost, fault: FaultOf<Downing>): boolean {
    if (host.process?.isDead !== false) return false;
    if (fault.kind === "kill-broker" || fault.kind === "kill-every-broker") this.#cluster.kill(host);
    else this.#cluster.cutPower(host);
    if (fault.kind === "empty-disk") host.disk = this.#cluster.newDisk();
    if (fault.kind === "flipped-bit") flipBit(host, { place: fault.place, of: "closed" });
    if (fault.kind === "flipped-tail-bit") flipBit(host, { place: fault.place, of: "last" });
    this.#later(fault.downMs, () => this.#cluster.startBroker(host));
    return true;
  }

  /** So long that it is in no in-sync set any more; the damaged one is back, and alone, when it comes again. */
  #damageBeforeFollower(fault: FaultOf<"damage-before-follower">): boolean {
    const { brokers, coordinators, store, scheduler } = this.#cluster;
    const [host, behind] = [this.#broker(fault.broker), this.#broker(fault.behind)];
    const others = brokers.filter((other) => other !== host && other !== behind);
    if (brokers.some(({ process }) => process?.isDead !== false)) return false;
    this.#isolate(behind.machine, [...brokers, ...coordinators, store].map(({ machine }) => machine), fault.behindMs); // prettier-ignore
    const at = (share: number, happens: () => void): void =>
      void scheduler.after(fault.behindMs * share, undefined, () => {
        if (!this.#isOver) happens();
      });
    at(0.7, () => {
      if (host.process?.isDead !== false) return;
      this.#cluster.kill(host);
      flipBitBefore(host, { behind, place: fault.place });
      this.#later(fault.downMs, () => this.#cluster.startBroker(host));
    });
    at(0.97, () => {
      for (const other of others) this.#takeDown(other, { ...fault, kind: "kill-broker", downMs: fault.behindMs });
    });
    return true;
  }

  #stop(host: BrokerHost, downMs: number): boolean {
    const { process, node } = host;
    if (process?.isDead !== false || process.isPaused || node === undefined) return false;
    let isGone = false;
    const gone = (): void => {
      if (isGone || host.process !== process || process.isDead) return;
      isGone = true;
      this.#cluster.kill(host);
      this.#later(downMs, () => this.#cluster.startBroker(host));
    };
    node.stop().then(gone, gone);
    this.#cluster.scheduler.after(STOP_MS_MAX, undefined, gone);
    return true;
  }

  #killCoordinator(host: CoordinatorHost, downMs: number): boolean {
    if (host.process?.isDead !== false) return false;
    this.#cluster.kill(host);
    this.#later(downMs, () => this.#cluster.startCoordinator(host));
    return true;
  }

  #executors(fault: FaultOf<ExecutorFaultKind>, host: ExecutorHost): boolean {
    const workers = [...host.workers];
    if (host.process?.isDead !== false) return false;
    switch (fault.kind) {
      case "kill-executor":
        this.#cluster.kill(host);
        break;
      case "executor-power-loss":
        this.#cluster.cutPower(host);
        break;
      case "pause-executor":
        return [host.process, ...workers].map((process) => this.#pause(process, fault.forMs)).includes(true);
      case "pause-workers":
        return workers.map((process) => this.#pause(process, fault.forMs)).includes(true);
      case "kill-worker": {
        const worker = workers[Math.floor(fault.place * workers.length)];
        worker?.kill();
        return worker !== undefined;
      }
      case "kill-worker-at-report":
        host.losesNextReport = true;
        this.#repairs.add(() => (host.losesNextReport = false));
        return true;
      case "stop-executor":
        return this.#stopExecutor(host, fault.downMs);
    }
    this.#later(fault.downMs, () => this.#cluster.startExecutor(host));
    return true;
  }

  #stopExecutor(host: ExecutorHost, downMs: number): boolean {
    const { process, node } = host;
    if (process === undefined || process.isPaused || node === undefined) return false;
    const gone = (): void => {
      if (host.process !== process || process.isDead) return;
      this.#cluster.kill(host);
      this.#later(downMs, () => this.#cluster.startExecutor(host));
    };
    node.stop({ deadlineMs: EXECUTOR_STOP_MS }).then(gone, gone);
    this.#cluster.scheduler.after(STOP_MS_MAX, undefined, gone);
    return true;
  }

  #pause(process: SimProcess | undefined, forMs: number): boolean {
    if (process === undefined || process.isDead || process.isPaused) return false;
    process.pause();
    this.#cluster.network.paused(process);
    this.#later(forMs, () => process.resume());
    return true;
  }

  #network(
    fault: FaultOf<
      | "one-way-cut"
      | "two-way-cut"
      | "isolated-machine"
      | "broker-among-clients"
      | "connection-resets"
      | "stalling-connections"
      | "slow-network"
      | "duplicated-requests"
    >,
  ): boolean {
    const { network } = this.#cluster;
    switch (fault.kind) {
      case "one-way-cut":
        this.#cut([[this.#machine(fault.from), this.#machine(fault.to)]], fault.forMs);
        return true;
      case "two-way-cut": {
        const [from, to] = [this.#machine(fault.from), this.#machine(fault.to)];
        this.#cut([[from, to], [to, from]], fault.forMs); // prettier-ignore
        return true;
      }
      case "isolated-machine": {
        this.#isolate(this.#machine(fault.machine), network.machines, fault.forMs);
        return true;
      }
      case "broker-among-clients": {
        const { brokers, coordinators, store } = this.#cluster;
        const servers = [...brokers, ...coordinators, store].map(({ machine }) => machine);
        this.#isolate(this.#broker(fault.broker).machine, servers, fault.forMs);
        return true;
      }
      case "connection-resets":
        return this.#reset(this.#machine(fault.machine));
      case "stalling-connections":
        this.#stall(this.#machine(fault.machine), fault);
        return true;
      case "slow-network":
        network.links.clog(fault.delayMsMax);
        this.#later(fault.forMs, () => network.links.clog(0));
        return true;
      case "duplicated-requests":
        network.duplicateChance = fault.chance;
        this.#later(fault.forMs, () => (network.duplicateChance = 0));
        return true;
      default:
        return assertNever(fault, "network fault");
    }
  }

  #keepFromStore(forMs: number): boolean {
    const active = this.#cluster.coordinators.find(({ node }) => node?.status().role === "active");
    if (active === undefined) return false;
    this.#isolate(active.machine, [this.#cluster.store.machine], forMs);
    return true;
  }

  #connectionsOf(machine: Machine): Connection[] {
    return this.#cluster.network.connections(({ client, server }) => client.machine === machine || server.machine === machine);
  }

  #reset(machine: Machine): boolean {
    const touched = this.#connectionsOf(machine);
    for (const connection of touched) connection.reset();
    return touched.length > 0;
  }

  #stall(machine: Machine, { forMs, stallMsMax }: { forMs: number; stallMsMax: number }): void {
    if (this.#isOver || forMs <= 0) return;
    const { random } = this.#cluster.network;
    for (const connection of this.#connectionsOf(machine))
      if (random.next() < STALL_CHANCE) connection.stall(random.next() < 0.5 ? "client" : "server", random.next() * stallMsMax);
    this.#cluster.scheduler.after(STALL_EVERY_MS, undefined, () => this.#stall(machine, { forMs: forMs - STALL_EVERY_MS, stallMsMax }));
  }

  #flap(machine: Machine, forMs: number): void {
    if (this.#isOver || forMs <= 0) return;
    this.#reset(machine);
    this.#cluster.scheduler.after(FLAP_MS, undefined, () => this.#flap(machine, forMs - FLAP_MS));
  }

  #isolate(machine: Machine, from: readonly Machine[], forMs: number): void {
    const others = from.filter((other) => other !== machine);
    this.#cut(others.flatMap((other): [Machine, Machine][] => [[machine, other], [other, machine]]), forMs); // prettier-ignore
  }

  #cut(ways: readonly (readonly [Machine, Machine])[], forMs: number): void {
    const { network } = this.#cluster;
    for (const [from, to] of ways) network.cut(from, to);
    this.#later(forMs, () => {
      for (const [from, to] of ways) network.links.heal(from, to);
    });
  }

  #disk(fault: FaultOf<"slow-disk" | "full-disk" | "failing-syncs">): boolean {
    const host = this.#broker(fault.broker);
    const { disk } = host;
    if (fault.kind === "slow-disk") {
      disk.stallMs = fault.stallMs;
      this.#later(fault.forMs, () => (disk.stallMs = 0));
    } else if (fault.kind === "full-disk") {
      disk.model.limitBytes(1);
      this.#later(fault.forMs, () => disk.model.limitBytes(Infinity));
    } else {
      disk.model.failSyncOf(".log");
      // The disk is repaired, and the broker restarted: a failed sync is final for its process.
      this.#later(fault.forMs, () => {
        disk.model.failSyncOf(undefined);
        if (host.process?.isDead === false) this.#cluster.cutPower(host);
        this.#later(1_000, () => this.#cluster.startBroker(host));
      });
    }
    return true;
  }

  #store(fault: FaultOf<"store-down" | "store-answers-lost" | "store-rollback">): boolean {
    const { store } = this.#cluster;
    if (fault.kind === "store-rollback") {
      store.model.rollBack(fault.writes, { pastTerm: fault.isPastTerm });
      store.watch?.rolledBack();
      return true;
    }
    if (fault.kind === "store-down") {
      store.isUp = false;
      this.#later(fault.forMs, () => (store.isUp = true));
    } else {
      store.lostAnswerChance = fault.chance;
      this.#later(fault.forMs, () => (store.lostAnswerChance = 0));
    }
    return true;
  }

  /** Repairs after a while, or when everything is healed. */
  #later(afterMs: number, repair: () => void): void {
    const once = (): void => {
      if (this.#repairs.delete(once)) repair();
    };
    this.#repairs.add(once);
    if (this.#isOver) once();
    else this.#cluster.scheduler.after(afterMs, undefined, once);
  }

  #broker(id: number): BrokerHost {
    const host = this.#cluster.brokers[id - 1];
    if (host === undefined) throw new Error(`no broker ${id}`);
    return host;
  }

  #coordinator(id: number): CoordinatorHost {
    const host = this.#cluster.coordinators[id - 1];
    if (host === undefined) throw new Error(`no coordinator ${id}`);
    return host;
  }

  #executor(id: number): ExecutorHost {
    const host = this.#cluster.executors[id - 1];
    if (host === undefined) throw new Error(`no executor ${id}`);
    return host;
  }

  #machine(name: string): Machine {
    const machine = this.#cluster.network.machines.find((other) => other.name === name);
    if (machine === undefined) throw new Error(`no machine ${name}`);
    return machine;
  }
}
