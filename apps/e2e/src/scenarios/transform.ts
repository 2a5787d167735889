import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "@millrace/client";
import { committedBatches } from "@millrace/client";
import { createCompressionCodecs } from "@millrace/codecs";
import { readRecords } from "@millrace/records";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { connectClient } from "../system/cluster-client.ts";
import { createDevProcess, type DevProcess } from "../system/dev-process.ts";
import { ManagedProcess } from "../system/managed-process.ts";
import { nodeArgs } from "../system/sources.ts";
import { COPY } from "../transform/copy-worker.ts";

const RECORDS_DEFAULT = 100_000;
const KILLS_DEFAULT = 4;
const WORKERS = 3;
const PARTITIONS = 6;
const LOOK_MS = 200;
const FLUSH_RECORDS = 1_000;
const KILL_MS_MAX = 4_000;
/** A killed member's partitions wait for its session, 45 s, its open transaction for its next life or 10 s; twice that is a stall. */
const STALL_MS_MAX = 120_000;

/** Consume, transform, produce over gRPC: offsets and records of a transaction take effect together, whoever dies. */
export const transform: Scenario = {
  name: "transform",
  what: "gRPC workers in one group copy a topic with transactions while they are killed; the output is the input's image, each once",
  run: async (context) => {
    const dev = await createDevProcess(context.folder);
    await dev.process.start();
    const connection = connectClient([dev.address]);
    const workers = Array.from({ length: WORKERS }, (_, index) => workerOf(dev, index, context));
    try {
      return await copyAndCheck(connection.client, workers, context);
    } finally {
      await Promise.all(workers.map((worker) => worker.kill()));
      await connection.close();
      await dev.process.stop();
    }
  },
};

function workerOf(dev: DevProcess, index: number, { folder }: ScenarioContext): ManagedProcess {
  return new ManagedProcess({
    name: `worker-${index}`,
    program: process.execPath,
    args: nodeArgs("apps/e2e/src/transform/copy-worker.ts", [dev.address, `copier-${index}`]),
    logFile: join(folder, `worker-${index}.log`),
    isReady: () => Promise.resolve(true),
  });
}

async function copyAndCheck(client: Client, workers: readonly ManagedProcess[], context: ScenarioContext): Promise<Figures> {
  const { flags, random, say } = context;
  const records = flags.records ?? RECORDS_DEFAULT;
  for (const name of [COPY.input, COPY.output]) await client.admin().createTopic({ name, partitions: PARTITIONS });
  await fill(client, records);
  for (const worker of workers) worker.launch();
  const kills = flags.kills ?? KILLS_DEFAULT;
  for (let kill = 1; kill <= kills; kill++) {
    await delay(1_000 + random.next() * KILL_MS_MAX);
    const worker = workers[Math.floor(random.next() * workers.length)];
    await worker?.kill();
    say(`kill ${kill} of ${kills}: ${worker?.name ?? ""}; ${await committed(client)} of ${records} records are moved`);
    worker?.launch();
  }
  await allMoved(client, records);
  const values = await outputOf(client);
  const distinct = new Set(values).size;
  check(
    values.length === records && distinct === records,
    `${records} records went in, ${values.length} came out, ${distinct} of them distinct`,
  );
  check(
    values.every((value) => value >= 0 && value < records),
    "a value came out that did not go in",
  );
  return { records, kills };
}

async function fill(client: Client, records: number): Promise<void> {
  const producer = client.producer();
  await producer.open([COPY.input]);
  for (let number = 0; number < records; number++) {
    producer.send(COPY.input, { value: Buffer.from(String(number)), partition: number % PARTITIONS });
    if (number % FLUSH_RECORDS === FLUSH_RECORDS - 1) await producer.flush(); // small batches, so that there are many transactions to kill
  }
  await producer.close();
}

async function committed(client: Client): Promise<number> {
  return (await client.admin().groupOffsets(COPY.group)).reduce((sum, { offset }) => sum + offset, 0);
}

async function allMoved(client: Client, records: number): Promise<void> {
  let [moved, movedAtMs] = [-1, performance.now()];
  for (;;) {
    const now = await committed(client);
    if (now >= records) return;
    if (now !== moved) [moved, movedAtMs] = [now, performance.now()];
    check(performance.now() - movedAtMs < STALL_MS_MAX, `nothing moved for ${STALL_MS_MAX} ms at ${moved} of ${records}`);
    await delay(LOOK_MS);
  }
}

/** What a reader of committed records sees, to the end. */
async function outputOf(client: Client): Promise<readonly number[]> {
  const values: number[] = [];
  const codecs = createCompressionCodecs();
  const places = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: COPY.output, partition }));
  const ends = await client.listOffsets(
    places.map((place) => ({ ...place, at: "latest" as const })),
    "committed",
  );
  for (const { partition, offset: endOffset } of ends) {
    const range = { topic: COPY.output, partition, startOffset: 0, endOffset };
    for await (const chunk of client.fetchRange(range, { isolation: "committed" }))
      for (const batch of committedBatches(chunk))
        for (const { value } of readRecords(batch, { codecs })) values.push(Number(Buffer.from(value ?? []).toString()));
  }
  return values;
}
