import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { offsetFetchApi } from "@millrace/kafka-wire";
import { GROUP_OFFSETS_TOPIC } from "@millrace/model";
import { sleep } from "@millrace/ports";
import { World } from "./world.ts";

const UNSTABLE_OFFSET_COMMIT = 88;

let world: World;
beforeEach(async () => {
  world = await World.create([1, 2]);
  await world.createTopic(GROUP_OFFSETS_TOPIC, { partitions: 1 });
});
afterEach(() => world.stop());

async function committedOf(requireStable: boolean): Promise<number | undefined> {
  const leader = world.coordinator.topicOf(GROUP_OFFSETS_TOPIC).partitions[0]?.leader;
  const groups = [
    { groupId: "g", memberId: null, memberEpoch: -1, topics: [{ name: "t", topicId: "0".repeat(32), partitionIndexes: [0] }] },
  ];
  const client = world.kafka.connect(`broker-${leader}:9092`);
  const answer = await world.run(client.ask(offsetFetchApi, 9, { groupId: "", topics: null, groups, requireStable }));
  return answer?.groups[0]?.topics[0]?.partitions[0]?.errorCode;
}

it("a group coordinator that no coordinator of the cluster answers tells transactions no offsets: its successor may have newer ones", async () => {
  world.coordinator.alterPartition(GROUP_OFFSETS_TOPIC, 0, { replicas: [1, 2] });
  await world.run(sleep(world.clock, 2_000));
  expect([await committedOf(true), await committedOf(false)]).toEqual([0, 0]);
  world.coordinator.isSilent = true;
  await world.run(sleep(world.clock, 2_000));
  expect([await committedOf(true), await committedOf(false)]).toEqual([UNSTABLE_OFFSET_COMMIT, 0]);
});
