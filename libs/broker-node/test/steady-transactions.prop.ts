import { describe, expect, it } from "@jest/globals";
import type { Producer } from "@millrace/client";
import { AppError, TRANSACTION_STATE_TOPIC } from "@millrace/model";
import { SeededRandom } from "@millrace/testkit";
import { faultyTransport } from "./faulty-transport.ts";
import { readPartition } from "./read-partition.ts";
import { bytes, World } from "./world.ts";

const PARTITIONS = 3;
const TRANSACTIONS = 30;

/**
 * One producer that nobody replaces, over a transport that loses messages, while partitions and coordinators are led anew in later epochs and brokers lose their coordinator: nothing of
 * that ends a transaction. A job's worker that is told otherwise restarts the job.
 */
async function run(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const world = await World.create([1, 2]);
  await world.createTopic("t", { partitions: PARTITIONS });
  await world.createTopic(TRANSACTION_STATE_TOPIC, { partitions: 2 });
  const transport = faultyTransport(world.loopback, { random, lossChance: () => 0.03 });
  const producer = world.client(transport).producer({ transactionalId: "x", transactionTimeoutMs: 900_000 });
  await world.run(producer.open(["t"]));
  const failures: string[] = [];
  for (let number = 0; number < TRANSACTIONS; number++) {
    const work = transact(producer, number, random);
    const trouble = troubles(world, random);
    await world.run(Promise.all([work, trouble]).catch((error: unknown) => void failures.push(inWords(error))));
    if (failures.length > 0) break;
  }
  expect({ seed, failures }).toEqual({ seed, failures: [] });
  const reader = world.client();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const values = await readPartition(world, reader, { topic: "t", partition, isolation: "committed" });
    expect({ seed, partition, values: [...new Set(values)] }).toEqual({
      seed,
      partition,
      values: Array.from({ length: TRANSACTIONS }, (_, n) => n),
    });
  }
  await world.stop();
}

/** Partition after partition, so that some are added to the transaction while the first batches of others are verified. */
async function transact(producer: Producer, number: number, random: SeededRandom): Promise<void> {
  producer.beginTransaction();
  for (let send = 0; send < PARTITIONS + random.integer(4); send++) {
    await turns(random.integer(4));
    producer.send("t", { partition: send % PARTITIONS, value: bytes(String(number)) });
  }
  await producer.commitTransaction();
}

async function troubles(world: World, random: SeededRandom): Promise<void> {
  for (let count = random.integer(6); count > 0; count--) {
    await turns(random.integer(6));
    const dice = random.next();
    if (dice < 0.15) world.coordinator.dropSessions();
    else ledAnew(world, dice < 0.75 ? "t" : TRANSACTION_STATE_TOPIC, random);
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function ledAnew(world: World, topic: string, random: SeededRandom): void {
  const { partitions } = world.coordinator.topicOf(topic);
  const state = partitions[random.integer(partitions.length)];
  if (state !== undefined) world.coordinator.alterPartition(topic, state.partition, { leaderEpoch: state.leaderEpoch + 1 });
}

function inWords(error: unknown): string {
  return error instanceof AppError ? error.message : String(error);
}

describe("transactions while leaders change", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))("all commit (seed %i)", (seed) => run(seed));
});
