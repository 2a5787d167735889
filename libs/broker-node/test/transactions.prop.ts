import { describe, expect, it } from "@jest/globals";
import type { Producer } from "@millrace/client";
import { SeededRandom } from "@millrace/testkit";
import { faultyTransport } from "./faulty-transport.ts";
import { readPartition } from "./read-partition.ts";
import { bytes, World } from "./world.ts";

const PARTITIONS = 3;
const TRANSACTIONS = 40;

type Outcome = "committed" | "aborted" | "unknown";

/**
 * Transactions over a transport that loses messages, while the broker's power is cut and the producer is replaced by a new one of the same id. Committed readers
 * then see all of a committed transaction, nothing of an aborted one, all or nothing of one whose outcome its producer never learned; in order, and once.
 */
async function run(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const world = await World.create();
  await world.createTopic("t", { partitions: PARTITIONS });
  let lossChance = 0.05;
  const transport = faultyTransport(world.loopback, { random, lossChance: () => lossChance });
  const open = async (): Promise<Producer> => {
    const producer = world.client(transport).producer({ transactionalId: "x", transactionTimeoutMs: 900_000 });
    await world.run(producer.open(["t"]));
    return producer;
  };
  let producer = await open();
  const outcomes: Outcome[] = [];
  for (let number = 0; number < TRANSACTIONS; number++) {
    if (random.next() < 0.1) world.coordinator.dropSessions();
    const isOff = random.next() < 0.3;
    if (isOff) world.storageOf(1).powerOffAfter(random.integer(40));
    const wish = random.next() < 0.7 ? "commit" : "abort";
    const work = transact(producer, number, wish);
    // Power that went off comes back, or the transaction would wait for ever.
    await world.clock.advance(1_000);
    if (isOff) await world.powerLoss(1);
    const outcome = await world.run(work);
    outcomes.push(outcome);
    if (outcome === "unknown") producer = await open(); // fences the old one, and ends what it left
  }
  lossChance = 0;
  await world.powerLoss(1);
  const reader = world.client();
  const seen: number[][] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    seen.push(await readPartition(world, reader, { topic: "t", partition, isolation: "committed" }));
  }
  expect({ seed, seen: seen.slice(1) }).toEqual({ seed, seen: seen.slice(1).map(() => seen[0]) });
  const values = seen[0] ?? [];
  expect({ seed, values }).toEqual({ seed, values: [...new Set(values)].sort((a, b) => a - b) });
  outcomes.forEach((outcome, number) => {
    if (outcome !== "unknown")
      expect({ seed, number, visible: values.includes(number) }).toEqual({ seed, number, visible: outcome === "committed" });
  });
  expect(outcomes).toContain("committed");
  await world.stop();
}

async function transact(producer: Producer, number: number, wish: "commit" | "abort"): Promise<Outcome> {
  producer.beginTransaction();
  for (let partition = 0; partition < PARTITIONS; partition++) producer.send("t", { partition, value: bytes(String(number)) });
  try {
    if (wish === "commit") {
      await producer.commitTransaction();
      return "committed";
    }
    await producer.flush();
    await producer.abortTransaction();
    return "aborted";
  } catch {
    return "unknown";
  }
}

describe("transactions over lost messages, power cuts and replaced producers", () => {
  it.each(Array.from({ length: 25 }, (_, seed) => seed))("are seen whole or not at all (seed %i)", (seed) => run(seed));
});
