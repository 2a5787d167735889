import type { BoundService } from "@millrace/contracts";
import type { SeededRandom } from "@millrace/testkit";
import { AppError } from "@millrace/model";
import { Connection, type Listener } from "./connection.ts";
import { Links, type LinkSettings } from "./links.ts";
import type { Machine } from "./machine.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimProcess } from "./sim-process.ts";
import type { Watcher } from "./trace.ts";

/** How long a connection is tried before it is given up, and how soon after a failure again. */
const CONNECT_MS_MAX = 5_000;
const RECONNECT_MS_MIN = 100;
const RECONNECT_MS_MAX = 2_000;
const FREE_PORT_FIRST = 30_000;
const FREE_PORTS = 64;

interface Way {
  connection: Connection | undefined;
  connecting: ((connection: Connection | undefined) => void)[] | undefined;
  failures: number;
  retryAtMs: number;
}

/** All machines, what listens on them, and the connections between their processes. */
export class Network {
  readonly links: Links;
  readonly scheduler: Scheduler;
  readonly trace: Watcher;
  readonly random: SeededRandom;
  readonly #machines = new Map<string, Machine>();
  readonly #listeners = new Map<string, Listener>();
  readonly #ways = new Map<SimProcess, Map<string, Way>>();
  readonly #powerBack = new Map<Machine, (() => void)[]>();
  /** Chance that a unary request is delivered a second time, later: a proxy or a client that repeats. */
  duplicateChance = 0;
  /** Sees the one request of a call as its client sends it; for checkers. */
  onRequest: ((from: SimProcess, of: { readonly method: string; readonly request: unknown }) => void) | undefined;
  /** Sees each answer of a stream as its server sends it; for checkers. */
  onAnswer: ((from: SimProcess, of: { readonly method: string; readonly answer: unknown }) => void) | undefined;

  constructor(settings: LinkSettings, of: { scheduler: Scheduler; trace: Watcher; random: SeededRandom }) {
    this.links = new Links(settings, of.random);
    this.scheduler = of.scheduler;
    this.trace = of.trace;
    this.random = of.random;
  }

  get machines(): readonly Machine[] {
    return [...this.#machines.values()];
  }

  add(machine: Machine): void {
    this.#machines.set(machine.name, machine);
  }

  listen(process: SimProcess, address: string, services: readonly BoundService[]): void {
    if (this.#listeners.get(address)?.process.isDead === false) {
      throw new AppError({
        kind: "conflict",
        code: "port-in-use",
        message: "address is in use: choose another port",
        context: { address },
      });
    }
    this.#listeners.set(address, { process, services: new Map(services.map((service) => [service.service.typeName, service])) });
  }

  /** Of few ports, so that one is soon used again by another process, as on a machine where many come and go. */
  freeAddress(machine: Machine): string {
    for (let port = FREE_PORT_FIRST; port < FREE_PORT_FIRST + FREE_PORTS; port++) {
      const address = `${machine.name}:${port}`;
      if (this.#listeners.get(address)?.process.isDead !== false) return address;
    }
    throw new Error(`no free port on ${machine.name}`);
  }

  unlisten(address: string): void {
    this.#listeners.delete(address);
  }

  /** The connection of this process to an address, made if need be; undefined: nobody answers there. */
  connect(process: SimProcess, address: string, use: (connection: Connection | undefined) => void): void {
    const way = this.#wayOf(process, address);
    if (way.connection !== undefined) use(way.connection);
    else if (way.connecting !== undefined) way.connecting.push(use);
    else if (this.scheduler.nowMs < way.retryAtMs) this.scheduler.after(0, process, () => use(undefined));
    else {
      way.connecting = [use];
      this.#knock(process, address, way);
    }
  }

  /** Connections between two machines, or of one with anybody. */
  connections(touches: (connection: Connection) => boolean): Connection[] {
    const found: Connection[] = [];
    for (const ways of this.#ways.values())
      for (const { connection } of ways.values()) if (connection !== undefined && touches(connection)) found.push(connection);
    return found;
  }

  cut(from: Machine, to: Machine): void {
    this.links.cut(from, to);
    const touches = ({ client, server }: Connection): boolean =>
      (client.machine === from && server.machine === to) || (client.machine === to && server.machine === from);
    for (const connection of this.connections(touches)) connection.watch(() => this.links.isCut(from, to));
  }

  /** Connections to a server that does not answer are given up after a while. */
  paused(process: SimProcess): void {
    for (const connection of this.connections(({ server }) => server === process)) connection.watch(() => process.isPaused);
  }

  forget({ client, listener }: Connection): void {
    const ways = this.#ways.get(client);
    for (const way of ways?.values() ?? []) if (way.connection?.listener === listener) way.connection = undefined;
    if (client.isDead) this.#ways.delete(client);
  }

  onPowerBack(machine: Machine, run: () => void): void {
    this.#powerBack.set(machine, [...(this.#powerBack.get(machine) ?? []), run]);
  }

  powerBack(machine: Machine): void {
    machine.isUp = true;
    const waiting = this.#powerBack.get(machine) ?? [];
    this.#powerBack.delete(machine);
    for (const run of waiting) run();
  }

  /** There and back again: refused at once by a machine where nobody listens, unanswered by one that is away. */
  #knock(process: SimProcess, address: string, way: Way): void {
    const target = this.#machines.get(address.slice(0, address.lastIndexOf(":")));
    const settle = (connection: Connection | undefined): void => {
      const waiting = way.connecting ?? [];
      way.connecting = undefined;
      way.connection = connection;
      if (connection !== undefined) way.failures = 0;
      else {
        const waitMs = Math.min(RECONNECT_MS_MIN * 2 ** Math.min(way.failures++, 10), RECONNECT_MS_MAX);
        way.retryAtMs = this.scheduler.nowMs + waitMs;
      }
      for (const use of waiting) use(connection);
    };
    const isReachable = target?.isUp === true && !this.links.isCut(process.machine, target) && !this.links.isCut(target, process.machine);
    if (target === undefined || !isReachable) {
      this.scheduler.after(CONNECT_MS_MAX, process, () => settle(undefined));
      return;
    }
    const roundTripMs = this.links.delayMs(process.machine, target) + this.links.delayMs(target, process.machine);
    this.scheduler.after(roundTripMs, process, () => {
      const listener = this.#listeners.get(address);
      const isThere = listener !== undefined && !listener.process.isDead && target.isUp;
      settle(isThere ? new Connection(process, listener, this) : undefined);
    });
  }

  #wayOf(process: SimProcess, address: string): Way {
    const ways = this.#ways.get(process) ?? new Map<string, Way>();
    this.#ways.set(process, ways);
    const way = ways.get(address) ?? { connection: undefined, connecting: undefined, failures: 0, retryAtMs: 0 };
    ways.set(address, way);
    return way;
  }
}
