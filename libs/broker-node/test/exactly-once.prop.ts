import { describe, expect, it } from "@jest/globals";
import type { Delivery } from "@millrace/client";
import { SeededRandom } from "@millrace/testkit";
import { faultyTransport } from "./faulty-transport.ts";
import { readPartition } from "./read-partition.ts";
import { bytes, World } from "./world.ts";

const PARTITIONS = 3;
const RECORDS = 400;

/**
 * A producer over a transport that loses one message in ten, to a broker whose power is cut now and then. Afterwards each partition holds every acknowledged
 * record, once, in the order of sending.
 */
async function run(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const world = await World.create();
  await world.createTopic("t", { partitions: PARTITIONS });
  let lossChance = 0.1;
  const client = world.client(faultyTransport(world.loopback, { random, lossChance: () => lossChance }));
  const producer = client.producer({ batchBytes: 300 });
  const failed: Delivery[] = [];
  producer.onDelivery((delivery) => {
    if (delivery.error !== undefined) failed.push(delivery);
  });
  await world.run(producer.open(["t"]));
  let powerBackAt: number | undefined;
  for (let i = 0; i < RECORDS; i++) {
    producer.send("t", { partition: i % PARTITIONS, value: bytes(String(i)) });
    if (random.next() < 0.2) await world.clock.advance(random.integer(20));
    if (powerBackAt === undefined && random.next() < 0.02) {
      world.storageOf(1).powerOffAfter(random.integer(10)); // in the middle of a write, a sync, between the two
      powerBackAt = i + random.integer(20);
    } else if (i === powerBackAt) {
      await world.powerLoss(1);
      powerBackAt = undefined;
    }
  }
  if (powerBackAt !== undefined) await world.powerLoss(1);
  await world.run(producer.flush());
  lossChance = 0;
  const reader = world.client();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const expected = Array.from({ length: RECORDS }, (_, i) => i).filter((i) => i % PARTITIONS === partition);
    expect({ seed, partition, values: await readPartition(world, reader, { topic: "t", partition }) }).toEqual({
      seed,
      partition,
      values: expected,
    });
  }
  expect(failed).toEqual([]);
  await world.stop();
}

describe("an idempotent producer over lost answers and power cuts", () => {
  it.each(Array.from({ length: 25 }, (_, seed) => seed))("stores each record once and in order (seed %i)", (seed) => run(seed));
});
