import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { MetadataUpdateSchema } from "@millrace/contracts";
import { reasonOfCatchingUp } from "./catching-up.ts";
import { ClusterView } from "./cluster-view.ts";

function viewOf(fenced: boolean, partitions: readonly { leader?: number; replicas: number[]; inSyncSet: number[] }[] = []): ClusterView {
  const view = new ClusterView();
  const topics = [{ name: "t", topicId: "id", partitions: partitions.map((state, partition) => ({ partition, ...state })) }];
  view.apply(create(MetadataUpdateSchema, { snapshot: true, brokers: [{ brokerId: 1, address: "b:1", fenced }], topics }), 0);
  return view;
}

describe("reasonOfCatchingUp", () => {
  it.each<[string, ClusterView, string | undefined]>([
    ["nobody has told it anything", new ClusterView(), "not registered"],
    ["it is fenced", viewOf(true), "fenced until it has caught up with the coordinator"],
    ["it has nothing", viewOf(false), undefined],
    ["it is in every set", viewOf(false, [{ leader: 2, replicas: [1, 2], inSyncSet: [1, 2] }]), undefined],
    [
      "it is missing from one",
      viewOf(false, [
        { leader: 2, replicas: [1, 2], inSyncSet: [2] },
        { leader: 2, replicas: [2, 3], inSyncSet: [2] },
      ]),
      "1 of its replicas are not in sync yet",
    ],
    ["nobody leads", viewOf(false, [{ replicas: [1, 2], inSyncSet: [2] }]), undefined],
  ])("when %s", (_, view, reason) => {
    expect(reasonOfCatchingUp(view, 1)).toBe(reason);
  });
});

describe("ClusterView.outside", () => {
  it("names brokers by their external addresses, where they have them", () => {
    const view = new ClusterView();
    const outside = view.outside();
    const inner = { address: "b:1", kafkaAddress: "b:2" };
    const brokers = [
      { ...inner, brokerId: 1, externalAddress: "x:1", externalKafkaAddress: "x:2" },
      { ...inner, brokerId: 2 },
    ];
    view.apply(create(MetadataUpdateSchema, { snapshot: true, brokers }), 0);
    const seen = (from: ClusterView) => [...from.brokers].map(({ brokerId, kafkaAddress }) => [from.brokerAddress(brokerId), kafkaAddress]);
    expect(seen(outside)).toEqual([
      ["x:1", "x:2"],
      ["b:1", "b:2"],
    ]);
    expect(seen(view)).toEqual([
      ["b:1", "b:2"],
      ["b:1", "b:2"],
    ]);
  });
});
