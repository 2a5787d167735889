import type { BoundService } from "@millrace/contracts";
import type { Network } from "./network.ts";
import type { SimProcess } from "./sim-process.ts";

/** A process that listens at an address. */
export interface Listener {
  readonly process: SimProcess;
  readonly services: ReadonlyMap<string, BoundService>;
}

/** One end of a call on a connection. */
export interface CallEnd {
  /** The connection is gone, as this end sees it. */
  broken(): void;
}

/** gRPC's keepalive: a peer that is silent for so long is gone (an interval of 3 s, and 7 s for the answer). */
export const KEEPALIVE_MS = 10_000;
/** A server without keepalive of its own hears of a lost client when the kernel gives up, or when the client's machine says that it knows nothing. */
const SERVER_SILENCE_MS = 60_000;

export type Side = "client" | "server";

/**
 * A connection between two processes: two ordered streams of messages. A cut link holds messages back until it heals, or until one side gives up; each side
 * learns of the end by itself, and what was under way then may have arrived or not.
 */
export class Connection {
  readonly client: SimProcess;
  readonly server: SimProcess;
  readonly listener: Listener;
  readonly #network: Network;
  readonly #lastArrivalMs = { client: 0, server: 0 };
  readonly #calls = { client: new Set<CallEnd>(), server: new Set<CallEnd>() };
  readonly #held: { client: (() => void)[]; server: (() => void)[] } = { client: [], server: [] };
  readonly #isBroken = { client: false, server: false };
  /** Goes up at a reset: what was under way before is lost. */
  #life = 0;

  constructor(client: SimProcess, listener: Listener, network: Network) {
    this.client = client;
    this.server = listener.process;
    this.listener = listener;
    this.#network = network;
    client.onDeath(() => this.#peerDied("client"));
    this.server.onDeath(() => this.#peerDied("server"));
  }

  get isUsable(): boolean {
    return !this.#isBroken.client;
  }

  get isIdle(): boolean {
    return this.#calls.client.size === 0;
  }

  /** The server sends an answer of a stream. */
  answers(of: { readonly method: string; readonly answer: unknown }): void {
    this.#network.onAnswer?.(this.server, of);
  }

  join(side: Side, call: CallEnd): void {
    this.#calls[side].add(call);
  }

  leave(side: Side, call: CallEnd): void {
    this.#calls[side].delete(call);
  }

  /** Sends to that side; `arrive` runs there, in the order of sending. */
  send(to: Side, arrive: () => void): void {
    const from = to === "client" ? "server" : "client";
    if (this.#isBroken[from]) return;
    const [sender, receiver] = [this[from], this[to]];
    const { links } = this.#network;
    if (this.#held[to].length > 0) {
      this.#held[to].push(arrive);
      return;
    }
    if (links.isCut(sender.machine, receiver.machine)) {
      this.#held[to].push(arrive);
      links.onHealed(sender.machine, receiver.machine, () => {
        const held = this.#held[to];
        this.#held[to] = [];
        for (const run of held) this.send(to, run);
      });
      return;
    }
    const life = this.#life;
    const { scheduler } = this.#network;
    const arrivalMs = Math.max(this.#lastArrivalMs[to], scheduler.nowMs + links.delayMs(sender.machine, receiver.machine));
    this.#lastArrivalMs[to] = arrivalMs;
    scheduler.after(arrivalMs - scheduler.nowMs, receiver, () => {
      if (life === this.#life && !this.#isBroken[to]) arrive();
    });
  }

  /** Nothing more arrives there for so long: lost packets that are sent again, while other connections go on. */
  stall(to: Side, ms: number): void {
    this.#lastArrivalMs[to] = Math.max(this.#lastArrivalMs[to], this.#network.scheduler.nowMs + ms);
  }

  /** The connection breaks for both, and what is under way is lost. */
  reset(): void {
    this.#life++;
    for (const side of ["client", "server"] as const) {
      const { scheduler, links } = this.#network;
      const other = side === "client" ? this.server : this.client;
      scheduler.after(links.delayMs(other.machine, this[side].machine), this[side], () => this.break(side));
    }
  }

  /** A link of this connection was cut, or its server is paused: the client gives up unless that ends in time. */
  watch(isStillBad: () => boolean): void {
    this.#network.scheduler.after(KEEPALIVE_MS, this.client, () => {
      if (this.#isBroken.client || this.isIdle || !isStillBad()) return;
      this.break("client");
      this.#network.scheduler.after(SERVER_SILENCE_MS, this.server, () => this.break("server"));
      const { links } = this.#network;
      links.onHealed(this.client.machine, this.server.machine, () => this.#tell("server"));
    });
  }

  /** As this side sees it, the connection is gone: its calls fail. */
  break(side: Side): void {
    if (this.#isBroken[side]) return;
    this.#isBroken[side] = true;
    this.#held[side] = [];
    if (side === "client") this.#network.forget(this);
    const calls = [...this.#calls[side]];
    this.#calls[side].clear();
    for (const call of calls) call.broken();
  }

  /** A machine that is up says at once that a process is gone; one without power says nothing. */
  #peerDied(dead: Side): void {
    this.#isBroken[dead] = true;
    if (dead === "client") this.#network.forget(this);
    const other = dead === "client" ? "server" : "client";
    if (this[dead].machine.isUp) this.#tell(other);
    else {
      const silenceMs = other === "client" ? KEEPALIVE_MS : SERVER_SILENCE_MS;
      this.#network.scheduler.after(silenceMs, this[other], () => this.break(other));
      this.#network.onPowerBack(this[dead].machine, () => this.#tell(other));
    }
  }

  /** A last message to that side: the other end does not exist any more. */
  #tell(side: Side): void {
    const { links, scheduler } = this.#network;
    const [from, to] = [this[side === "client" ? "server" : "client"].machine, this[side].machine];
    if (links.isCut(from, to)) {
      links.onHealed(from, to, () => this.#tell(side));
      if (side === "client") scheduler.after(KEEPALIVE_MS, this.client, () => this.break("client"));
      return;
    }
    const delayMs = Math.max(this.#lastArrivalMs[side] - scheduler.nowMs, links.delayMs(from, to));
    scheduler.after(delayMs, this[side], () => this.break(side));
  }
}
