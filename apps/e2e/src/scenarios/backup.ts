import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@millrace/client";
import { JobState } from "@millrace/contracts";
import { compareImages, imageOf, type BatchImage } from "../backup/partition-image.ts";
import { copyCrew, COPY_PARTITIONS, findCopyFaults, valuesOf } from "../backup/copy-crew.ts";
import { COUNTING_JOB, writeCountingJob } from "../rescale/counting-job.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { findFaults } from "../sinks/check-results.ts";
import { INPUT_PARTITIONS, NumberSource } from "../sinks/number-source.ts";
import { readResults } from "../sinks/read-outputs.ts";
import { SINKS } from "../sinks/sinks-job.ts";
import { type Cluster, startCluster } from "../system/cluster.ts";
import type { ManagedProcess } from "../system/managed-process.ts";
import { type ProgramResult, runCli } from "../system/run-cli.ts";
import { submitJob } from "../system/submit-job.ts";
import { waitFor } from "../system/wait-for.ts";
import { COPY } from "../transform/copy-worker.ts";

const RECORDS_DEFAULT = 20_000;
const REPLICAS = 3;
const WITHIN_MS_MAX = 180_000;
const KILL_MS_MIN = 900;
const KILL_MS_MAX = 2_500;
const PADDING = "x".repeat(300);
const READER = "reader";
const KEYED = "keyed";
const SIZE = { coordinators: 1, brokers: REPLICAS, executors: 1 } as const;

/** A cluster is lost with all its disks, and comes back from a folder. */
export const backup: Scenario = {
  name: "backup",
  what: "backups under load (transactions, a stateful job), killed and resumed, incremental; the cluster is wiped and restored: equal batch for batch, job goes on exactly",
  run: async (context) => {
    const run = new BackupRun(context);
    try {
      return await run.run();
    } finally {
      await run.end();
    }
  },
};

type Images = ReadonlyMap<string, readonly BatchImage[]>;

class BackupRun {
  readonly #context: ScenarioContext;
  readonly #folder: string;
  #cluster: Cluster | undefined;
  #crew: readonly ManagedProcess[] = [];
  #source: NumberSource | undefined;
  #kills = 0;

  constructor(context: ScenarioContext) {
    this.#context = context;
    this.#folder = join(context.folder, "backups");
  }

  async run(): Promise<Figures> {
    const { say, folder, flags } = this.#context;
    const first = join(folder, "first");
    const cluster = await this.#start(first);
    const { client } = cluster;
    await this.#prepare(cluster, flags.records ?? RECORDS_DEFAULT);
    const jobId = await submitJob(writeCountingJob(folder, { version: "only" }), cluster.address);
    await this.#jobRuns(client, 5n);
    say("a backup under load, killed on its way");
    const one = await this.#create(cluster, { isKilled: true });
    await this.#load(client, flags.records ?? RECORDS_DEFAULT);
    await this.#jobRuns(client, 10n);
    const acknowledged = this.#source?.acknowledged ?? 0;
    const two = await this.#create(cluster, { isKilled: false });
    say(`second backup: ${JSON.stringify(two)}`);
    check(Number(two["number"]) === 2, `the second backup is number ${String(two["number"])}`);
    check(Number(two["bytes"]) > (two["added"] as { bytes: number }).bytes, "the second backup copied everything again");
    await this.#verifies();
    const originals = await this.#images(client);
    await this.#wipe(cluster, first);

    say("the cluster is gone; a new one is restored, killed on its way");
    const again = await this.#start(join(folder, "second"));
    const restored = await this.#restore(again);
    const faults = await this.#compare(originals, again.client, Number(restored["aborted"]));
    const copy = await this.#checkOffsets(again.client);
    const refused = await runCli(["backup", "restore", "--from", this.#folder, "--address", again.address, "--json"]);
    check(refused.exit === 4 && refused.stderr.includes("restore-target-not-empty"), `a second restore was not refused: ${refused.stderr}`);
    const job = await this.#jobGoesOn(again.client, { jobId, acknowledged });
    return {
      ...{
        records: Number(restored["records"]),
        megabytes: (Number(restored["bytes"]) / 1e6).toFixed(1),
        partitionsEqual: faults.partitions,
      },
      ...{ kills: this.#kills, heldMs: Number(two["heldMs"]), firstMs: Number(one["tookMs"]), secondMs: Number(two["tookMs"]) },
      ...{ restoreMs: Number(restored["tookMs"]), openTransactionsAborted: Number(restored["aborted"]), copied: copy.copied, ...job },
    };
  }

  async end(): Promise<void> {
    await this.#source?.stop().catch(() => 0);
    await Promise.all(this.#crew.map((worker) => worker.kill()));
    await this.#cluster?.stop();
  }

  async #start(folder: string): Promise<Cluster> {
    mkdirSync(folder, { recursive: true });
    this.#cluster = await startCluster(folder, SIZE);
    return this.#cluster;
  }

  /** Topics of every kind, a group that reads by hand, and load that does not end. */
  async #prepare(cluster: Cluster, records: number): Promise<void> {
    const { client } = cluster;
    const admin = client.admin();
    for (const [name, partitions, configs] of [
      [COPY.input, COPY_PARTITIONS, {}],
      [COPY.output, COPY_PARTITIONS, {}],
      [SINKS.input, INPUT_PARTITIONS, {}],
      [SINKS.topic, INPUT_PARTITIONS, {}],
      [KEYED, 2, { "cleanup.policy": "compact", "segment.ms": "3600000" }],
    ] as const)
      await admin.createTopic({ name, partitions, replicationFactor: REPLICAS, configs });
    await this.#load(client, records);
    await admin.deleteRecords([{ topic: KEYED, partition: 1, beforeOffset: 7 }]);
    await admin.alterGroupOffsets(READER, [{ topic: KEYED, partition: 1, offset: 9, metadata: "by hand" }]);
    this.#crew = copyCrew(this.#context.folder, cluster.brokers[0]?.address ?? "");
    for (const worker of this.#crew) worker.launch();
    this.#source = new NumberSource(client);
    this.#source.start();
  }

  async #load(client: Client, records: number): Promise<void> {
    const producer = client.producer({ idempotent: true, compression: "lz4" });
    await producer.open([COPY.input, KEYED]);
    for (let number = 0; number < records; number++) {
      const value = Buffer.from(`${number} ${PADDING}`);
      const headers = [{ key: "n", value: Buffer.from(String(number)) }];
      if (!producer.send(COPY.input, { value, headers, partition: number % COPY_PARTITIONS })) await producer.ready();
      const keyed = { key: Buffer.from(`k${number % 100}`), value: number % 9 === 0 ? null : value, timestampMs: 1_000_000 + number };
      if (number % 20 === 0) producer.send(KEYED, { ...keyed, partition: (number / 20) % 2 });
      if (number % 500 === 499) await producer.flush();
    }
    await producer.close();
  }

  async #jobRuns(client: Client, batches: bigint): Promise<void> {
    await waitFor(`${batches} batches of the job`, WITHIN_MS_MAX, async () => {
      const { status } = await client.admin().getJob(COUNTING_JOB);
      return (status?.lastCheckpointBatch ?? 0n) > 0n && (status?.lastBatchDone ?? 0n) >= batches ? true : undefined;
    });
  }

  async #create({ address }: Cluster, { isKilled }: { readonly isKilled: boolean }): Promise<Readonly<Record<string, unknown>>> {
    const args = ["backup", "create", "--to", this.#folder, "--address", address, "--json"];
    return this.#toItsEnd(args, isKilled);
  }

  async #restore({ address }: Cluster): Promise<Readonly<Record<string, unknown>>> {
    return this.#toItsEnd(["backup", "restore", "--from", this.#folder, "--address", address, "--json"], true);
  }

  /** Killed at random moments until one attempt is through. */
  async #toItsEnd(args: readonly string[], isKilled: boolean): Promise<Readonly<Record<string, unknown>>> {
    const { random, say, flags } = this.#context;
    for (let kill = 0; isKilled && kill < (flags.kills ?? 2); kill++) {
      const withinMs = KILL_MS_MIN + random.next() * (KILL_MS_MAX - KILL_MS_MIN);
      const killed = await runCli(args, { withinMs });
      if (killed.exit !== "SIGKILL") return this.#outcome(args, killed);
      this.#kills++;
      say(`${args[1] ?? ""} killed after ${Math.round(withinMs)} ms`);
    }
    return this.#outcome(args, await runCli(args, { withinMs: WITHIN_MS_MAX }));
  }

  #outcome(args: readonly string[], { exit, stdout, stderr }: ProgramResult): Readonly<Record<string, unknown>> {
    check(exit === 0, `${args.slice(0, 2).join(" ")} ended with ${exit}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** A backup is whole, and one flipped bit of it is found. */
  async #verifies(): Promise<void> {
    const verify = (): Promise<ProgramResult> =>
      runCli(["backup", "verify", "--from", this.#folder, "--json"], { withinMs: WITHIN_MS_MAX });
    const whole = await verify();
    check(whole.exit === 0, `verify ended with ${whole.exit}: ${whole.stdout}${whole.stderr}`);
    const records = join(this.#folder, "records");
    const files = readdirSync(records, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const file = files[this.#context.random.integer(files.length)];
    check(file !== undefined, "the backup has no files");
    const path = join(file.parentPath, file.name);
    const bytes = readFileSync(path);
    const flipped = Buffer.from(bytes);
    const at = this.#context.random.integer(flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << this.#context.random.integer(8));
    writeFileSync(path, flipped);
    const damaged = await verify();
    check(damaged.exit === 8 && damaged.stdout.includes(file.name), `a flipped bit at byte ${at} of ${path} was not found`);
    writeFileSync(path, bytes);
  }

  async #images(client: Client): Promise<Images> {
    const images = new Map<string, readonly BatchImage[]>();
    for (const { name, partitions } of await client.admin().listTopics())
      for (const { partition } of partitions) images.set(`${name}/${partition}`, await imageOf(client, { topic: name, partition }));
    return images;
  }

  /** Everything dies at once, and its disks with it. */
  async #wipe(cluster: Cluster, folder: string): Promise<void> {
    const members = [...cluster.brokers, ...cluster.coordinators, ...cluster.executors].map((member) => member.process);
    await Promise.all([...members, ...this.#crew, cluster.redis.process].map((each) => each.kill()));
    await this.#source?.stop().catch(() => 0);
    this.#source = undefined;
    await cluster.stop();
    rmSync(folder, { recursive: true });
  }

  /** Batch for batch; at the end of a partition stand the aborts of what was open, and in job topics what the job writes since. */
  async #compare(originals: Images, client: Client, aborted: number): Promise<{ partitions: number }> {
    let added = 0;
    let partitions = 0;
    for (const { name, partitions: states } of await client.admin().listTopics()) {
      if (name === SINKS.topic) continue; // The job is at work there; its results are checked one by one.
      for (const { partition } of states) {
        const key = `${name}/${partition}`;
        const found = compareImages(originals.get(key) ?? [], await imageOf(client, { topic: name, partition }));
        check(found.faults.length === 0, `${key}: ${found.faults.join("; ")}`);
        added += found.added;
        partitions++;
      }
    }
    check(added <= aborted, `${added} control batches were added, ${aborted} transactions were open`);
    const [earliest] = await client.listOffsets([{ topic: KEYED, partition: 1, at: "earliest" }]);
    check(earliest?.offset === 7, `the log that began at 7 begins at ${earliest?.offset ?? -1}`);
    return { partitions };
  }

  async #checkOffsets(client: Client): Promise<{ copied: number }> {
    const [reader] = await client.admin().groupOffsets(READER);
    check(reader?.offset === 9 && reader.metadata === "by hand", `the reader's offset is ${JSON.stringify(reader)}`);
    const { faults, copied } = await findCopyFaults(client);
    check(faults.length === 0, `offsets and records are not of one moment: ${faults.join("; ")}`);
    check(copied > 0, "nothing was copied before the backup: the check is empty");
    return { copied };
  }

  /** The source goes on with what was not saved; in the end each number is counted once. */
  async #jobGoesOn(client: Client, before: { readonly jobId: string; readonly acknowledged: number }): Promise<Figures> {
    const there = new Set<number>();
    for (let partition = 0; partition < INPUT_PARTITIONS; partition++)
      for (const value of await valuesOf(client, { topic: SINKS.input, partition })) there.add(Number(value));
    const lost = Array.from({ length: before.acknowledged }, (_, id) => id).filter((id) => !there.has(id));
    check(lost.length === 0, `${lost.length} numbers that were acknowledged before the backup are missing`);
    const { status } = await client.admin().getJob(COUNTING_JOB);
    check(status?.jobId === before.jobId, `the job is ${status?.jobId ?? "gone"}, was ${before.jobId}`);
    const source = new NumberSource(client, SINKS.input, (id) => there.has(id));
    this.#source = source;
    source.start();
    await waitFor("more numbers", WITHIN_MS_MAX, () => (source.acknowledged > there.size + 1_000 ? true : undefined));
    const count = await source.stop();
    await waitFor("the job has read everything", WITHIN_MS_MAX, async () => {
      const now = (await client.admin().getJob(COUNTING_JOB)).status;
      check(now?.state !== JobState.FAILED, `the job failed: ${now?.error?.code ?? ""} ${now?.error?.message ?? ""}`);
      return Number(now?.recordsIn ?? 0n) >= count ? true : undefined;
    });
    await delay(1_000);
    const results = await readResults(client, SINKS.topic);
    const faults = findFaults(results, count);
    check(faults.length === 0, `the job did not go on exactly: ${faults.join("; ")}`);
    return { numbers: count, numbersRestored: there.size };
  }
}
