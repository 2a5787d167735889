import { join } from "node:path";
import { readFile } from "node:fs/promises";
import type { Client, Consumer } from "@millrace/client";
import { runCommand } from "../compat/run-command.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { connectClient } from "../system/cluster-client.ts";
import { createDevProcess, type DevProcess } from "../system/dev-process.ts";
import { inCheckout } from "../system/sources.ts";
import { waitFor } from "../system/wait-for.ts";
import { KafkaMember } from "../two-doors/kafka-member.ts";

const TOPIC = "shared";
const GROUP = "both-doors";
const PARTITIONS = 6;
const RECORDS = 600;
const INSTALL_MS_MAX = 300_000;
/** Session time-outs are 45 s; a rebalance between members that are there takes two heartbeats of 5 s. */
const WITHIN_MS = 60_000;

/** A Kafka client and a gRPC client in one group: the same members, partitions and offsets from both doors. */
export const twoDoors: Scenario = {
  name: "two-doors",
  what: "a Kafka client (KIP-848) and a gRPC client share a group: partitions are divided, every record is read once (needs Python 3 and PyPI)",
  run: async (context) => {
    const python = await installConfluent(context);
    const dev = await createDevProcess(context.folder);
    await dev.process.start();
    const connection = connectClient([dev.address]);
    try {
      return await share(python, { dev, client: connection.client, context });
    } finally {
      await connection.close();
      await dev.process.stop();
    }
  },
};

/** The release that `compat` tries. */
async function installConfluent({ folder, say }: ScenarioContext): Promise<string> {
  const pins = await readFile(inCheckout("apps/e2e/src/compat/clients/requirements.txt"), "utf8");
  const release = pins.split("\n").find((line) => line.startsWith("confluent-kafka=="));
  check(release !== undefined, "compat pins no confluent-kafka");
  const install = (program: string, args: readonly string[]) => runCommand({ program, args, folder, withinMs: INSTALL_MS_MAX });
  await install("python3", ["-m", "venv", "venv"]);
  const python = join(folder, "venv/bin/python");
  await install(python, ["-m", "pip", "install", "--quiet", release]);
  say(`${release} is installed`);
  return python;
}

interface Sharing {
  readonly dev: DevProcess;
  readonly client: Client;
  readonly context: ScenarioContext;
}

async function share(python: string, { dev, client, context: { say } }: Sharing): Promise<Figures> {
  await client.admin().createTopic({ name: TOPIC, partitions: PARTITIONS });
  const kafka = new KafkaMember(python, { address: dev.kafkaAddress, topic: TOPIC, group: GROUP });
  try {
    await waitFor("the Kafka member holding all partitions", WITHIN_MS, () => (kafka.holds.length === PARTITIONS ? true : undefined));
    const member = new GrpcMember(client.consumer({ groupId: GROUP, offsetReset: "earliest", autoCommit: false }));
    const startMs = performance.now();
    await member.start();
    const half = PARTITIONS / 2;
    await waitFor("both members holding half", WITHIN_MS, () =>
      member.held.length === half && kafka.holds.length === half ? true : undefined,
    );
    const rebalanceMs = Math.round(performance.now() - startMs);
    say(`divided after ${rebalanceMs} ms: kafka ${kafka.holds.join()}, gRPC ${member.held.join()}`);
    check(new Set([...kafka.holds, ...member.held]).size === PARTITIONS, "a partition is held twice, or by nobody");
    await produce(client, 0);
    await waitFor("all records read", WITHIN_MS, () => (kafka.values.length + member.values.length >= RECORDS ? true : undefined));
    assertOnce([...kafka.values, ...member.values], RECORDS);
    check(kafka.values.length === member.values.length, `shares differ: kafka ${kafka.values.length}, gRPC ${member.values.length}`);
    const offsets = await client.admin().groupOffsets(GROUP);
    check(offsets.reduce((sum, { offset }) => sum + offset, 0) === RECORDS, "the offsets of both doors do not add up to what was read");
    const [byKafka, byGrpc] = [kafka.values.length, member.values.length];
    await kafka.stop();
    await waitFor("the gRPC member holding all partitions", WITHIN_MS, () => (member.held.length === PARTITIONS ? true : undefined));
    await produce(client, RECORDS);
    await waitFor("the rest read", WITHIN_MS, () => (kafka.values.length + member.values.length >= 2 * RECORDS ? true : undefined));
    assertOnce([...kafka.values, ...member.values], 2 * RECORDS);
    await member.stop();
    return { rebalanceMs, byKafka, byGrpc, records: 2 * RECORDS };
  } finally {
    await kafka.stop();
    if (kafka.errors.length > 0) say(`the Kafka client said: ${kafka.errors.join(" ").slice(0, 500)}`);
  }
}

async function produce(client: Client, first: number): Promise<void> {
  const producer = client.producer();
  await producer.open([TOPIC]);
  for (let number = first; number < first + RECORDS; number++)
    producer.send(TOPIC, { value: Buffer.from(String(number)), partition: number % PARTITIONS });
  await producer.close();
}

function assertOnce(values: readonly string[], count: number): void {
  const distinct = new Set(values).size;
  check(distinct === count && values.length === count, `${count} records were sent, ${values.length} read, ${distinct} of them distinct`);
}

/** Our client as a member; reads and commits until it is stopped. */
class GrpcMember {
  readonly values: string[] = [];
  readonly #consumer: Consumer;
  #reading: Promise<void> = Promise.resolve();

  constructor(consumer: Consumer) {
    this.#consumer = consumer;
  }

  get held(): readonly number[] {
    return this.#consumer.assignment().map(({ partition }) => partition);
  }

  async start(): Promise<void> {
    await this.#consumer.subscribe({ topics: [TOPIC] });
    this.#reading = this.#read();
  }

  async stop(): Promise<void> {
    await this.#consumer.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const { topic, partition, records, nextOffset } of this.#consumer) {
      for (const { value } of records) this.values.push(Buffer.from(value ?? []).toString());
      await this.#consumer.commit([{ topic, partition, offset: nextOffset }]);
    }
  }
}
