import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runCommand } from "../compat/run-command.ts";
import { installWorkers, type Workers } from "../foreign/install-workers.ts";
import { WorkerProcess } from "../foreign/worker-process.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { type CopyCluster, createCopyCluster } from "../replicated/copy-cluster.ts";

const RECORDS_DEFAULT = 100_000;
const KILLS_DEFAULT = 5;
const SLOTS = 3;
const PARTITIONS = 6;
const GROUP = "copy";
const FILL_MS_MAX = 300_000;
/** Longest time in which no transaction commits: a killed member's partitions wait for its session (6 s), a killed broker for its recovery. */
const STALL_MS_MAX = 90_000;
const LOOK_MS = 20;
/** Without a commit for so long the offsets are asked. */
const QUIET_MS = 4_000;
/** Share of the records after which nobody is killed: what a killed worker committed last is not counted. */
const LAST_KILL = 0.85;

/** Acceptance 3 of the Kafka listener: consume, transform, produce with transactions, while its workers are killed. */
export const exactlyOnceCopy: Scenario = {
  name: "exactly-once-copy",
  what: "librdkafka workers in one group copy a topic with transactions while they, and with --brokers 3 leaders and coordinators, are killed",
  run: async (context) => {
    const workers = await installWorkers(context.folder);
    const cluster = await createCopyCluster(context, { group: GROUP, topic: "copy-out" });
    const copy = new Copy(cluster, workers, context);
    try {
      return await copy.run();
    } finally {
      await copy.end();
      await cluster.stop();
    }
  },
};

class Copy {
  readonly #cluster: CopyCluster;
  readonly #workers: Workers;
  readonly #context: ScenarioContext;
  readonly #records: number;
  readonly #slots: WorkerProcess[] = [];
  /** Records of transactions whose commit was seen: at most what was moved, as a killed worker cannot tell its last. */
  #moved = 0;
  #movedAtMs = performance.now();
  #commits = 0;
  #errors = 0;

  constructor(cluster: CopyCluster, workers: Workers, context: ScenarioContext) {
    this.#cluster = cluster;
    this.#workers = workers;
    this.#context = context;
    this.#records = context.flags.records ?? RECORDS_DEFAULT;
  }

  async run(): Promise<Figures> {
    const { say } = this.#context;
    const filled = await this.#numbers("fill");
    check(filled["unsent"] === 0, `the input could not be written: ${JSON.stringify(filled)}`);
    say(`${this.#records} records in ${PARTITIONS} partitions; ${SLOTS} workers start`);
    const startMs = performance.now();
    for (let slot = 0; slot < SLOTS; slot++) this.#slots[slot] = this.#start(slot);
    const { kills, brokerKills } = await this.#killUntilDone();
    const seconds = (performance.now() - startMs) / 1_000;
    await Promise.all(this.#slots.map((worker) => worker.stop(20_000)));
    say(`all moved after ${seconds.toFixed(1)} s, ${kills} workers and ${brokerKills} brokers killed; checking`);
    const found = await this.#numbers("check");
    const isImage = found["read"] === this.#records && found["twice"] === 0 && found["missing"] === 0 && found["disordered"] === 0;
    check(isImage, `the output is not the input's image: ${JSON.stringify(found)} of ${this.#records}`);
    return {
      records: this.#records,
      ...{ brokers: this.#cluster.replicas, kills, brokerKills, twice: 0, missing: 0, commits: this.#commits, errorsSeen: this.#errors },
      copySeconds: seconds.toFixed(1),
      recordsPerSecond: Math.round(this.#records / seconds),
    };
  }

  /** Leaves no worker behind. */
  async end(): Promise<void> {
    await Promise.all(this.#slots.map((worker) => worker.kill()));
  }

  /** Kills at random moments of the way, so that all kills hit a copy that is under way. */
  async #killUntilDone(): Promise<{ kills: number; brokerKills: number }> {
    const { flags, random, say } = this.#context;
    const kinds = [
      ...Array<"worker">(flags.kills ?? KILLS_DEFAULT).fill("worker"),
      ...Array<"broker">(flags.brokerKills ?? 0).fill("broker"),
    ];
    const plan = kinds.map((kind) => ({ kind, at: random.next() * LAST_KILL * this.#records })).sort((a, b) => a.at - b.at);
    const counts = { worker: 0, broker: 0 };
    while (!(await this.#isDone(plan.length))) {
      const next = plan[0];
      if (next === undefined || next.at > this.#moved) {
        await delay(LOOK_MS);
        continue;
      }
      plan.shift();
      counts[next.kind]++;
      const where = `${this.#moved} records moved`;
      let victim = "worker";
      if (next.kind === "broker") victim = await this.#cluster.killBroker(`copy-${random.integer(SLOTS)}`);
      else await this.#killWorker(random.integer(SLOTS));
      say(`${victim} killed (${counts.worker + counts.broker} of ${kinds.length}), ${where}`);
    }
    check(plan.length === 0, `the copy was done before ${plan.length} of the kills: use more records`);
    return { kills: counts.worker, brokerKills: counts.broker };
  }

  async #isDone(killsLeft: number): Promise<boolean> {
    if (this.#moved >= this.#records) return true;
    const stalledMs = performance.now() - this.#movedAtMs;
    // What a killed worker committed last nobody heard: when it is quiet, the offsets tell. Not before: asking takes seconds.
    if (killsLeft === 0 && stalledMs > QUIET_MS && (await this.#lag()) === 0) return true;
    check(stalledMs < STALL_MS_MAX, `no transaction committed for ${STALL_MS_MAX} ms, ${this.#moved} of ${this.#records} records moved`);
    return false;
  }

  /** Records that the group has yet to move; unknown while a partition has no leader. */
  async #lag(): Promise<number | undefined> {
    const args = ["lag.py", this.#cluster.kafkaAddress, GROUP, "copy-in", String(PARTITIONS)];
    const { python: program, folder } = this.#workers;
    return runCommand({ program, args, folder, withinMs: 60_000 }).then(Number, () => undefined);
  }

  async #killWorker(slot: number): Promise<void> {
    await this.#slots[slot]?.kill();
    this.#slots[slot] = this.#start(slot);
  }

  #start(slot: number): WorkerProcess {
    return new WorkerProcess({
      name: `copy-${slot}`,
      program: this.#workers.python,
      args: ["copy_worker.py", this.#cluster.kafkaAddress, String(slot)],
      folder: this.#workers.folder,
      logFile: join(this.#context.folder, `copy-${slot}.log`),
      onLine: (line) => this.#onLine(slot, line),
    });
  }

  #onLine(slot: number, line: string): void {
    const [word, count] = line.split(" ");
    if (word === "moved") {
      this.#moved += Number(count);
      this.#commits++;
      this.#movedAtMs = performance.now();
    } else {
      this.#errors++;
      this.#context.say(`worker ${slot}: ${line}`);
    }
  }

  async #numbers(command: "fill" | "check"): Promise<Record<string, unknown>> {
    const args = ["numbers.py", this.#cluster.kafkaAddress, command, ...[this.#records, PARTITIONS, this.#cluster.replicas].map(String)];
    const { python: program, folder } = this.#workers;
    const printed = await runCommand({ program, args, folder, withinMs: FILL_MS_MAX });
    return JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "{}") as Record<string, unknown>;
  }
}
