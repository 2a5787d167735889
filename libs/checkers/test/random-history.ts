import type { SeededRandom } from "@millrace/testkit";
import { type HistoryEvent, HistoryRecorder, type Read, type Step } from "../src/index.ts";
import { ModelLog, type ModelTransaction } from "./model-log.ts";

const KEYS = ["a", "b", "c"];
const PROCESSES = 5;

interface Pending {
  readonly f: "send" | "poll" | "txn";
  readonly asked: readonly Step[];
  readonly done: Step[];
  readonly transaction: ModelTransaction | undefined;
  /** Where to read again if the transaction aborts. */
  readonly positionsBefore: ReadonlyMap<string, number>;
}

interface Client {
  process: number;
  readonly positions: Map<string, number>;
  pending: Pending | undefined;
}

/** Clients that do random things to a correct log, one small step of one of them at a time; ends with reads to the end of every key. */
export class RandomHistory {
  readonly events: HistoryEvent[] = [];
  readonly #random: SeededRandom;
  readonly #recorder = new HistoryRecorder({ nowNs: () => this.events.length, write: (event) => this.events.push(event) });
  readonly #log = new ModelLog();
  readonly #clients: Client[];
  /** Transactions that nobody answers for: they end by themselves, some time; committed only if their client had asked for that. */
  readonly #limbo: { readonly transaction: ModelTransaction; readonly mayCommit: boolean }[] = [];
  #nextValue = 1;
  #committed = 0;
  #generation = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#clients = Array.from({ length: PROCESSES }, () => this.#newClient());
  }

  run(steps: number): readonly HistoryEvent[] {
    for (let step = 0; step < steps; step++) {
      const client = this.#clients[this.#random.integer(PROCESSES)];
      if (client !== undefined) this.#step(client);
      if (this.#random.integer(6) === 0) this.#endOne();
      if (this.#random.integer(15) === 0) this.#groupStep();
    }
    for (const client of this.#clients) this.#crash(client);
    while (this.#limbo.length > 0) this.#endOne();
    this.#readAll();
    return this.events;
  }

  #newClient(): Client {
    const process = this.#recorder.newProcess();
    this.#assign(process);
    return { process, positions: new Map(KEYS.map((key) => [key, 0])), pending: undefined };
  }

  #assign(p: number): void {
    this.#recorder.record({ p, type: "invoke", f: "assign", v: KEYS, seek: "beginning" });
    this.#recorder.record({ p, type: "ok", f: "assign", v: KEYS, seek: "beginning" });
  }

  #step(client: Client): void {
    const { pending } = client;
    if (pending === undefined) this.#begin(client);
    else if (pending.done.length < pending.asked.length) this.#perform(client, pending);
    else this.#complete(client, pending);
  }

  #begin(client: Client): void {
    const f = (["send", "poll", "txn"] as const)[this.#random.integer(3)] ?? "txn";
    const count = f === "txn" ? 1 + this.#random.integer(4) : 1;
    const asked = Array.from({ length: count }, (): Step => {
      const isSend = f === "send" || (f === "txn" && this.#random.integer(2) === 0);
      return isSend ? ["send", this.#key(), this.#nextValue++] : ["poll"];
    });
    const transaction: ModelTransaction | undefined = f === "txn" ? { state: "open", keys: new Set() } : undefined;
    client.pending = { f, asked, done: [], transaction, positionsBefore: new Map(client.positions) };
    this.#recorder.record({ p: client.process, type: "invoke", f, v: asked });
  }

  #perform(client: Client, { asked, done, transaction }: Pending): void {
    const step = asked[done.length];
    if (step?.[0] === "send") {
      const value = Number(step[2]);
      done.push(["send", step[1], [this.#log.append(step[1], value, transaction), value]]);
    } else done.push(["poll", this.#poll(client)]);
  }

  #poll(client: Client): Record<string, Read[]> {
    const found: Record<string, Read[]> = {};
    for (const key of KEYS) {
      const { reads, next } = this.#log.read(key, client.positions.get(key) ?? 0, this.#random.integer(4));
      client.positions.set(key, next);
      if (reads.length > 0) found[key] = [...reads];
    }
    return found;
  }

  #complete(client: Client, { f, asked, done, transaction, positionsBefore }: Pending): void {
    const p = client.process;
    const luck = this.#random.integer(10);
    if (luck === 0 && f !== "poll") {
      if (transaction !== undefined) this.#limbo.push({ transaction, mayCommit: true });
      this.#recorder.record({ p, type: "info", f, v: this.#random.integer(2) === 0 ? asked : done });
      this.#replace(client);
    } else if (luck === 1) this.#crash(client);
    else if (luck < 4 && transaction !== undefined) {
      this.#log.end(transaction, "aborted");
      for (const [key, position] of positionsBefore) client.positions.set(key, position);
      this.#recorder.record({ p, type: "fail", f, v: done });
      client.pending = undefined;
    } else {
      if (transaction !== undefined) this.#log.end(transaction, "committed");
      this.#recorder.record({ p, type: "ok", f, v: done });
      client.pending = undefined;
    }
  }

  #crash(client: Client): void {
    const { pending } = client;
    if (pending?.transaction !== undefined)
      this.#limbo.push({ transaction: pending.transaction, mayCommit: pending.done.length === pending.asked.length });
    this.#recorder.record({ p: client.process, type: "info", f: "crash" });
    this.#replace(client);
  }

  #replace(client: Client): void {
    client.process = this.#recorder.newProcess();
    client.pending = undefined;
    for (const key of KEYS) client.positions.set(key, 0);
    this.#assign(client.process);
  }

  #endOne(): void {
    const ended = this.#limbo.shift();
    if (ended === undefined) return;
    this.#log.end(ended.transaction, ended.mayCommit && this.#random.integer(2) === 0 ? "committed" : "aborted");
  }

  #groupStep(): void {
    const p = this.#recorder.newProcess();
    this.#committed += this.#random.integer(3);
    const f = this.#random.integer(2) === 0 ? "commit" : "committed";
    const v = { group: "g", offsets: { a: this.#committed } };
    this.#recorder.record({ p, type: "invoke", f: "commit", v });
    this.#recorder.record({ p, type: "ok", f: "commit", v });
    this.#recorder.record({ p, type: "invoke", f, v });
    this.#recorder.record({ p, type: "ok", f, v });
    const generation = this.#generation++;
    const cut = this.#random.integer(KEYS.length + 1);
    this.#recorder.record({ p, type: "ok", f: "own", v: { group: "g", generation, keys: KEYS.slice(0, cut) } });
    const other = this.#recorder.newProcess();
    this.#recorder.record({ p: other, type: "ok", f: "own", v: { group: "g", generation, keys: KEYS.slice(cut) } });
  }

  #readAll(): void {
    const { process: p } = this.#newClient();
    const found = Object.fromEntries(KEYS.map((key) => [key, [...this.#log.read(key, 0, Infinity).reads]]));
    this.#recorder.record({ p, type: "invoke", f: "poll", v: [["poll"]] });
    this.#recorder.record({ p, type: "ok", f: "poll", v: [["poll", found]] });
    const v = Object.fromEntries(KEYS.map((key) => [key, this.#log.endOffset(key)]));
    this.#recorder.record({ p, type: "invoke", f: "final", v });
    this.#recorder.record({ p, type: "ok", f: "final", v });
  }

  #key(): string {
    return KEYS[this.#random.integer(KEYS.length)] ?? "a";
  }
}
