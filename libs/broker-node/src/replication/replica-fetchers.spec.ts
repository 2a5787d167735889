import { expect, it } from "@jest/globals";
import { bindService, BrokerPeerService, createLoopback, type ReplicaFetchRequest } from "@millrace/contracts";
import type { LeaderEpoch } from "@millrace/model";
import { SILENT_LOGGER } from "@millrace/ports";
import { ManualClock, settle } from "@millrace/testkit";
import { ReplicaFetchers } from "./replica-fetchers.ts";

it("ReplicaFetchers.restart tells a position that waits for records again, under the new broker epoch", async () => {
  const loopback = createLoopback();
  const clock = new ManualClock();
  const told: bigint[] = [];
  const peer = {
    // eslint-disable-next-line require-yield -- a leader that has nothing new
    async *replicaFetch(requests: AsyncIterable<ReplicaFetchRequest>) {
      for await (const { brokerEpoch } of requests) told.push(brokerEpoch);
    },
  };
  await loopback.listen("leader:1", [bindService(BrokerPeerService, peer as never)]);
  let epoch = 4;
  const log = { identity: { topicId: "id" }, replicaEndOffset: 7, stagedEndOffset: 7, leaderEpoch: 1, failure: undefined };
  const partition = { topic: "t", partition: 0, log, follow: () => undefined, resign: () => undefined };
  const fetchers = new ReplicaFetchers({
    ports: { clock, logger: SILENT_LOGGER, transport: loopback },
    brokerId: 1,
    brokerEpoch: () => epoch,
    addressOf: () => "leader:1",
    isBeingAdded: () => false,
  } as never);
  fetchers.follow(partition as never, { leader: 2, epoch: 1 as LeaderEpoch });
  for (let turn = 0; turn < 5; turn++) await settle();
  expect(told).toEqual([4n]);
  epoch = 5;
  fetchers.restart();
  for (let turn = 0; turn < 5; turn++) {
    await settle();
    await clock.advance(100);
  }
  expect(told).toEqual([4n, 5n]);
  await fetchers.stop();
});
