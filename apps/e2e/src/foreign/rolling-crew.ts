import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { check, type ScenarioContext } from "../scenario.ts";
import { nodeArgs } from "../system/sources.ts";
import { type Part, PROGRAMS } from "./crew.ts";
import type { Workers } from "./install-workers.ts";
import type { HistoryPart } from "./merge-history.ts";
import { WorkerProcess } from "./worker-process.ts";
import type { WorkerOrder } from "./worker-spec.ts";

const LIFE_MS_MIN = 10_000;
const LIFE_MS_SPREAD = 80_000;
/** Of a day's length: in a short day everybody still comes and goes. */
const LIFE_SHARE_MAX = 0.4;
const KILLED_SHARE = 0.3;
const PAUSE_MS = 150;
const LEAVE_MS_MAX = 40_000;
const REPORT_MS = 15_000;
const FINAL_MS = 180_000;
/** A worker that meets an error with no way on ends, and that is rare: more of one kind is a mistake of the scenario or of the broker. */
const EARLY_ENDS_MAX = 40;
const EARLY_PAUSE_MS = 500;
/** Of each worker: more than it can use. */
const PROCESSES_PER_WORKER = 10_000;
const VALUES_PER_WORKER = 1_000_000;

/** Whom the crew works with. */
export interface CrewTarget {
  /** host:port, or several with commas between them, for gRPC and for Kafka clients. */
  readonly address: string;
  readonly kafkaAddress: string;
  /** Kills a broker and has it back. */
  killBroker(): Promise<void>;
}

export interface RollingSettings {
  readonly target: CrewTarget;
  /** Who sits where. */
  readonly crew: readonly Part[];
  /** The cluster suffers too: a worker that cannot leave or go on for that reason is no failure. */
  readonly isOrdeal?: boolean;
  readonly workers: Workers;
  /** What is written, where copiers write, and what is written without transactions. */
  readonly topics: readonly [string, string, string];
  readonly partitions: number;
}

/** What the last reader found about the copies. */
export interface Finale {
  readonly copied: number;
  /** Partitions whose copies are not their input's beginning, in order. */
  readonly copiedWrong: number;
}

/** Seats that are taken by one worker after another: each lives for a random while, and leaves or is killed. */
export class RollingCrew {
  readonly #settings: RollingSettings;
  readonly #context: ScenarioContext;
  readonly #running = new Set<WorkerProcess>();
  /** The day is over, or broke off: nobody takes a seat any more. */
  #isOver = false;
  /** Parts of the history, one per worker. */
  readonly parts: HistoryPart[] = [];
  started = 0;
  killed = 0;
  brokersKilled = 0;
  readonly #failures: string[] = [];
  readonly #endedByThemselves = new Map<string, number>();

  constructor(settings: RollingSettings, context: ScenarioContext) {
    this.#settings = settings;
    this.#context = context;
  }

  historyBytes(): number {
    return this.parts.reduce((sum, { file }) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  }

  /** Everybody works for this long; `ordeal` is what the cluster goes through meanwhile, and the last reader comes after both. */
  async run(forMs: number, ordeal: Promise<void> = Promise.resolve()): Promise<Finale> {
    const endMs = performance.now() + forMs;
    const reports = setInterval(() => this.#report(endMs), REPORT_MS);
    try {
      await Promise.all([
        ...this.#settings.crew.map((part, seat) => this.#takeSeat(part, seat, { endMs, forMs })),
        this.#killBrokers(endMs, forMs),
        ordeal,
      ]);
      check(this.#failures.length === 0, `workers did not leave: ${this.#failures.slice(0, 5).join("; ")}`);
      return await this.#final();
    } finally {
      this.#isOver = true;
      clearInterval(reports);
      await Promise.all([...this.#running].map((worker) => worker.kill()));
    }
  }

  async #takeSeat(part: Part, seat: number, day: { readonly endMs: number; readonly forMs: number }): Promise<void> {
    const { random } = this.#context;
    while (performance.now() < day.endMs && !this.#isOver) {
      const lifeMs = Math.min(LIFE_MS_MIN + random.next() * LIFE_MS_SPREAD, day.forMs * LIFE_SHARE_MAX, day.endMs - performance.now());
      const worker = this.#start(part, seat);
      const aged = new AbortController();
      const aging = delay(lifeMs, "old" as const, { signal: aged.signal }).catch(() => "old" as const);
      const end = await Promise.race([worker.exited, aging]);
      aged.abort();
      // Some kill themselves in the middle of a transaction; some end after an error that leaves them no way on. The next one takes over.
      if (end === "SIGKILL") this.killed++;
      else if (end !== "old") await this.#endedEarly(worker.name, String(end), part);
      else if (random.next() < KILLED_SHARE) await this.#kill(worker);
      else await this.#dismiss(worker);
      this.#running.delete(worker);
      this.#ended(worker.name);
    }
  }

  async #endedEarly(name: string, exit: string, { client, role }: Part): Promise<void> {
    const seat = `${client} ${role}`;
    const times = (this.#endedByThemselves.get(seat) ?? 0) + 1;
    this.#endedByThemselves.set(seat, times);
    this.#context.say(`${name} (${role}) ended by itself: ${exit}`);
    check(
      times < EARLY_ENDS_MAX || this.#settings.isOrdeal === true,
      `${seat} workers end by themselves again and again, see ${client}-${role}.log`,
    );
    await delay(EARLY_PAUSE_MS);
  }

  async #kill(worker: WorkerProcess): Promise<void> {
    this.killed++;
    await worker.kill();
  }

  async #dismiss(worker: WorkerProcess): Promise<void> {
    const exit = await worker.stop(LEAVE_MS_MAX);
    if (exit === "SIGKILL" && this.#settings.isOrdeal !== true)
      this.#failures.push(`${worker.name} did not leave within ${LEAVE_MS_MAX} ms`);
  }

  async #killBrokers(endMs: number, forMs: number): Promise<void> {
    const { flags, random, say } = this.#context;
    const kills = flags.brokerKills ?? 0;
    for (let kill = 0; kill < kills && performance.now() < endMs; kill++) {
      await delay((random.next() * forMs) / kills);
      await this.#settings.target.killBroker();
      this.brokersKilled++;
      say(`broker killed and started again (${this.brokersKilled} of ${kills})`);
    }
  }

  #ended(name: string): void {
    const file = this.#fileOf(name);
    const index = this.parts.findIndex((part) => part.file === file);
    this.parts[index] = { file, endedNs: Number(process.hrtime.bigint()) };
  }

  #start(part: Part, seat: number, onLine: (line: string) => void = () => undefined): WorkerProcess {
    const { target, workers, topics, partitions } = this.#settings;
    const number = ++this.started;
    const name = `${part.client}-${number}`;
    const [main, outTopic, plain] = topics;
    const topic = part.isPlain === true ? plain : main;
    const keysOf = (each: string): string[] => Array.from({ length: partitions }, (_, partition) => `${each}-${partition}`);
    const readsAll = part.role === "final" || (part.role === "readers" && part.client !== "millrace");
    const order: WorkerOrder = {
      role: part.role,
      client: name,
      seed: this.#context.random.integer(2 ** 31),
      address: part.client === "millrace" ? target.address : target.kafkaAddress,
      history: this.#fileOf(name),
      ...{ topic, outTopic, partitions, keys: readsAll ? topics.flatMap(keysOf) : keysOf(topic) },
      group: part.group ?? name,
      protocol: part.protocol ?? "range",
      transactionalId: `seat-${seat}`,
      pauseMs: PAUSE_MS,
      firstProcess: number * PROCESSES_PER_WORKER,
      firstValue: number * VALUES_PER_WORKER,
      finalMs: FINAL_MS,
    };
    const { runtime, file } = PROGRAMS[part.client];
    const args = part.client === "millrace" ? nodeArgs("apps/e2e/src/foreign/millrace-worker.ts", []) : [file];
    this.parts.push({ file: order.history, endedNs: 0 });
    const worker = new WorkerProcess({
      name,
      program: runtime === "python" ? workers.python : process.execPath,
      args: [...args, JSON.stringify(order)],
      folder: workers.folder,
      logFile: join(this.#context.folder, `${part.client}-${part.role}.log`),
      onLine,
    });
    this.#running.add(worker);
    return worker;
  }

  /** Reads everything from its beginning to its end, once nobody writes any more and what was left open has been aborted. */
  async #final(): Promise<Finale> {
    let last = "{}";
    const worker = this.#start({ client: "confluent-kafka", role: "final" }, this.#settings.crew.length, (line) => (last = line));
    const exit = await Promise.race([worker.exited, delay(FINAL_MS + LEAVE_MS_MAX, "late", { ref: false })]);
    this.#ended(worker.name);
    check(exit === 0, `the last reader failed: ${String(exit)}`);
    return JSON.parse(last) as Finale;
  }

  #fileOf(name: string): string {
    return join(this.#context.folder, `history-${name}.jsonl`);
  }

  #report(endMs: number): void {
    const left = Math.max(0, Math.round((endMs - performance.now()) / 1_000));
    const megabytes = (this.historyBytes() / 1e6).toFixed(1);
    this.#context.say(
      `${this.#running.size} workers now, ${this.started} so far, ${this.killed} killed; ${megabytes} MB of history; ${left} s left`,
    );
  }
}
