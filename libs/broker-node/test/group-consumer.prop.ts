import { describe, expect, it } from "@jest/globals";
import type { Consumer } from "@millrace/client";
import { GROUP_OFFSETS_TOPIC } from "@millrace/model";
import { SeededRandom } from "@millrace/testkit";
import { bytes, text, World } from "./world.ts";

const SEEDS = 12;
const PARTITIONS = 5;
const STEPS = 60;
const MEMBERS_MAX = 4;

interface Member {
  readonly consumer: Consumer;
  /** Partition and number of each record that it was given. */
  readonly seen: string[];
  isStopped: boolean;
  running: Promise<void>;
}

/**
 * Members that come, go in order, and read in between, while records are written and brokers lose their power: each record is read, once by the group if nobody lost its
 * partitions, in the order of its partition.
 */
async function story(seed: number, faults: boolean): Promise<{ written: string[]; seen: string[]; offsets: number[] }> {
  const random = new SeededRandom(seed);
  const world = await World.create([1, 2]);
  await world.createTopic("t", { partitions: PARTITIONS });
  await world.createTopic(GROUP_OFFSETS_TOPIC, { partitions: 2 });
  const producer = world.client().producer();
  await world.run(producer.open(["t"]));
  const [members, all, written]: [Member[], Member[], string[]] = [[], [], []];
  const counts = Array.from({ length: PARTITIONS }, () => 0);

  const join = async (): Promise<void> => {
    const consumer = world.client().consumer({ groupId: "g", offsetReset: "earliest", autoCommitIntervalMs: 50 });
    const member: Member = { consumer, seen: [], isStopped: false, running: Promise.resolve() };
    await world.run(consumer.subscribe({ topics: ["t"] }));
    member.running = read(member);
    members.push(member);
    all.push(member);
  };
  const leave = async (): Promise<void> => {
    const [member] = members.splice(Math.floor(random.next() * members.length), 1);
    if (member === undefined) return;
    member.isStopped = true;
    await world.run(member.running);
    await world.run(member.consumer.close());
  };
  const write = async (): Promise<void> => {
    for (let count = Math.floor(random.next() * 20); count > 0; count--) {
      const partition = Math.floor(random.next() * PARTITIONS);
      const number = counts[partition] ?? 0;
      counts[partition] = number + 1;
      written.push(`${partition}:${number}`);
      producer.send("t", { value: bytes(`${number}`), partition });
    }
    await world.run(producer.flush());
  };

  await join();
  for (let step = 0; step < STEPS; step++) {
    const chance = random.next();
    if (chance < 0.15 && members.length < MEMBERS_MAX) await join();
    else if (chance < 0.25 && members.length > 1) await leave();
    else if (chance < 0.7) await write();
    else if (chance < 0.72 && faults) await world.powerLoss(random.next() < 0.5 ? 1 : 2);
    else await world.clock.advance(Math.floor(random.next() * 3_000));
  }
  const seenAll = (): string[] => all.flatMap(({ seen }) => seen);
  await world.run(
    (async () => {
      while (new Set(seenAll()).size < written.length) await new Promise((resolve) => world.clock.setTimer(100, () => resolve(undefined)));
    })(),
  );
  while (members.length > 0) await leave();
  const admin = world.client().admin();
  const offsets = (await world.run(admin.groupOffsets("g"))).toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset);
  await world.stop();
  return { written: written.toSorted(), seen: seenAll(), offsets: offsets.map((offset, partition) => offset - (counts[partition] ?? 0)) };
}

async function read(member: Member): Promise<void> {
  while (!member.isStopped) {
    const group = await member.consumer.poll({ timeoutMs: 200 });
    for (const { value } of group?.records ?? []) member.seen.push(`${group?.partition ?? -1}:${text(value)}`);
  }
}

describe("members that come and go", () => {
  const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);

  it.each(seeds)("seed %i: read every record once, and leave their offsets at the end", async (seed) => {
    const { written, seen, offsets } = await story(seed, false);
    expect(seen.toSorted()).toEqual(written);
    expect(offsets).toEqual(Array.from({ length: PARTITIONS }, () => 0));
  });

  it.each(seeds.slice(0, 4))("seed %i: read every record over power cuts, and leave their offsets at the end", async (seed) => {
    const { written, seen, offsets } = await story(seed, true);
    expect([...new Set(seen)].toSorted()).toEqual(written);
    expect(offsets).toEqual(Array.from({ length: PARTITIONS }, () => 0));
  });
});
