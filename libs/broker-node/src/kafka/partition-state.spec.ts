import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { type Broker, BrokerSchema, PartitionStateSchema } from "@millrace/contracts";
import { partitionStateOf } from "./partition-state.ts";

const BROKERS = new Map<number, Broker>([
  [1, create(BrokerSchema, { brokerId: 1, fenced: false })],
  [2, create(BrokerSchema, { brokerId: 2, fenced: true })],
]);
const view = { broker: (id: number) => BROKERS.get(id) };

describe("partitionStateOf", () => {
  it("names replicas on fenced and unknown brokers as offline", () => {
    const state = create(PartitionStateSchema, { partition: 4, replicas: [1, 2, 3], leader: 1, leaderEpoch: 7, inSyncSet: [1] });
    expect(partitionStateOf(view, state)).toMatchObject({
      errorCode: 0,
      partitionIndex: 4,
      leaderId: 1,
      leaderEpoch: 7,
      offlineReplicas: [2, 3],
    });
  });

  it("says that a partition has no leader", () => {
    expect(partitionStateOf(view, create(PartitionStateSchema, { replicas: [2] }))).toMatchObject({ errorCode: 5, leaderId: -1 });
  });
});
