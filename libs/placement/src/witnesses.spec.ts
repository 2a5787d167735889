import { describe, expect, it } from "@jest/globals";
import { brokerId, leaderEpoch, partitionEpoch, type TopicDescription, type TopicId } from "@millrace/model";
import type { BrokerState } from "./state.ts";
import { areEnoughWitnesses } from "./witnesses.ts";

const TOPIC = "t".repeat(32) as TopicId;

function enough(replicas: readonly number[], came: readonly number[], fenced: readonly number[] = []): boolean {
  const ids = replicas.map((id) => brokerId(id));
  const partition = {
    ...{ topicId: TOPIC, partition: 0, replicas: ids, leader: ids[0], inSyncSet: ids },
    ...{ leaderEpoch: leaderEpoch(1), partitionEpoch: partitionEpoch(1) },
  };
  const topic: TopicDescription = { topicId: TOPIC, name: "t", internal: false, configOverrides: {}, partitions: [partition] };
  const brokers = ids.map((id) => [id, { brokerId: id, status: fenced.includes(id) ? "fenced" : "live" } as BrokerState] as const);
  return areEnoughWitnesses({ topics: new Map([[TOPIC, topic]]), brokers: new Map(brokers) }, new Set(came.map((id) => brokerId(id))));
}

describe("areEnoughWitnesses", () => {
  it.each([
    ["one of three, where two hold each record", [1, 2, 3], [3], [], false],
    ["two of three", [1, 2, 3], [2, 3], [], true],
    ["brokers without the partition", [1, 2, 3], [3, 4, 5], [], false],
    ["both of two, of which two hold each record", [1, 2], [2], [], true],
    ["the only one that the store does not know to be away", [1, 2, 3], [3], [1, 2], true],
    ["nobody, as the only replica has no rival", [1], [], [], true],
  ])("judges %s", (_, replicas: readonly number[], came: readonly number[], fenced: readonly number[], expected) => {
    expect(enough(replicas, came, fenced)).toBe(expected);
  });

  it("asks for nobody where there is nothing to decide", () => {
    expect(areEnoughWitnesses({ topics: new Map(), brokers: new Map() }, new Set())).toBe(true);
  });
});
