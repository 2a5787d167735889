import { create, fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { BULK_CODECS } from "./bulk-codecs.ts";
import { BrokerSessionResponseSchema, MetadataUpdateSchema } from "./gen/millrace/coordinator/v1/coordinator_pb.ts";
import { encodeMetadata, encodeOnce } from "./metadata-codecs.ts";

type Update = MessageInitShape<typeof MetadataUpdateSchema>;

const STATE = {
  partition: 3,
  replicas: [1, 2, 300],
  leader: 2,
  leaderEpoch: 4,
  inSyncSet: [1, 2],
  partitionEpoch: 9,
  emptiedReplicas: [300],
};

function updateOf(topics: Update["topics"]): Update {
  return {
    ...{ snapshot: true, metadataVersion: 2n ** 40n, coordinatorEpoch: 7n, coordinatorAddress: "c:9191", removedTopicIds: ["x"] },
    brokers: [{ brokerId: 1, address: "b:9190", brokerEpoch: 5n, fenced: true }],
    ...(topics === undefined ? {} : { topics }),
  };
}

function encode(update: Update): Uint8Array {
  const codec = BULK_CODECS.get(BrokerSessionResponseSchema.typeName);
  return codec?.encode({ command: { case: "metadata", value: update } }) ?? new Uint8Array();
}

describe("metadata codecs", () => {
  it.each([
    ["no topics", undefined],
    ["topics", [{ name: "t", topicId: "a", configs: { k: "v" }, partitions: [STATE, { ...STATE, partition: 4 }] }, { name: "u" }]],
  ])("write an update of %s that any protobuf decoder reads", (_, topics) => {
    const update = updateOf(topics);
    const message = create(BrokerSessionResponseSchema, { command: { case: "metadata", value: update } });
    for (const given of [update, encodeOnce({ ...update })]) {
      expect(fromBinary(BrokerSessionResponseSchema, encode(given))).toEqual(message);
      expect(fromBinary(MetadataUpdateSchema, encodeMetadata(given))).toEqual(create(MetadataUpdateSchema, update));
    }
  });

  it("write other commands as they are", () => {
    const message = { command: { case: "heartbeatAck" as const, value: { metadataVersion: 12n } } };
    const bytes = BULK_CODECS.get(BrokerSessionResponseSchema.typeName)?.encode(message) ?? new Uint8Array();
    expect(fromBinary(BrokerSessionResponseSchema, bytes)).toEqual(create(BrokerSessionResponseSchema, message));
  });

  it("encode what is said not to change only once, on its own and as part of others", () => {
    let reads = 0;
    const topic = encodeOnce({
      topicId: "a",
      get name() {
        reads++;
        return "t";
      },
    });
    const update = encodeOnce(updateOf([topic]));
    const first = encode(update);
    const readsOfOne = reads;
    expect(readsOfOne).toBeGreaterThan(0);
    expect(encode(update)).toEqual(first);
    expect(encode(updateOf([topic]))).toEqual(first);
    expect(reads).toBe(readsOfOne);
  });

  it("encode anew what may have changed", () => {
    const topic = { topicId: "a", name: "t" };
    const update = updateOf([topic]);
    const first = encode(update);
    topic.name = "other";
    expect(encode(update)).not.toEqual(first);
  });
});
