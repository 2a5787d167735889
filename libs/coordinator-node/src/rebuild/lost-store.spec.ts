import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { RegisterBrokerSchema } from "@millrace/contracts";
import { leaderEpoch, partitionEpoch, type TopicId } from "@millrace/model";
import { firstVersion, isRebuilt, lostBy, type StoreMemory, VERSIONS_PER_TERM } from "./lost-store.ts";

const TOPIC = "7".repeat(32) as TopicId;
const partition = {
  ...{ topicId: TOPIC, partition: 0, replicas: [], inSyncSet: [], leader: undefined },
  ...{ leaderEpoch: leaderEpoch(3), partitionEpoch: partitionEpoch(9) },
};
const FENCE = { holder: "a", epoch: 5, generation: "g2", termId: "a/1" };
const STORE: StoreMemory = {
  clusterId: "c",
  topics: new Map([[TOPIC, { partitions: [partition] }]]),
  metadataVersionStored: 4 * VERSIONS_PER_TERM + 7,
  formerGenerations: ["g1"],
  terms: [],
  versionBegin: 5 * VERSIONS_PER_TERM + 2,
};

interface Seen {
  readonly clusterId?: string;
  readonly generation?: string;
  readonly epoch?: number;
  readonly version?: number;
  readonly coordinatorId?: string;
  readonly log?: { readonly topicId: string; readonly leaderEpochSeen: number };
}

function check(seen: Seen, expected: string | undefined, store: Partial<StoreMemory> = {}): void {
  const { clusterId = "c", generation = "g2", epoch = 4, version = 4 * VERSIONS_PER_TERM + 7 } = seen;
  const broker = create(RegisterBrokerSchema, {
    clusterId,
    generationSeen: generation,
    coordinatorEpochSeen: BigInt(epoch),
    metadataVersionSeen: BigInt(version),
    coordinatorIdSeen: seen.coordinatorId ?? "",
    logs: seen.log === undefined ? [] : [seen.log],
  });
  expect(lostBy(broker, FENCE, { ...STORE, ...store })?.clusterId).toBe(expected);
}

describe("lostBy", () => {
  it("finds nothing wrong with a broker of the past, of this term, or a new one", () => {
    check({}, undefined);
    check({ epoch: 5, version: 5 * VERSIONS_PER_TERM + 3 }, undefined);
    check({ clusterId: "", generation: "" }, undefined);
  });

  it("believes a broker that has seen another generation, a later epoch or newer metadata", () => {
    check({ generation: "g3" }, "c");
    check({ epoch: 6 }, "c");
    check({ version: 4 * VERSIONS_PER_TERM + 8 }, "c");
  });

  it("believes a broker that has seen this epoch of another term: it was given out twice", () => {
    check({ epoch: 5, coordinatorId: "a/2" }, "c");
    check({ epoch: 5, coordinatorId: "a/1" }, undefined);
    check({ epoch: 4, coordinatorId: "a/2" }, undefined);
  });

  it("believes a broker that has seen of this epoch what this term did not begin with", () => {
    check({ epoch: 5, version: 5 * VERSIONS_PER_TERM + 1 }, "c");
    check({ epoch: 5, version: 5 * VERSIONS_PER_TERM + 2 }, undefined);
  });

  it("believes a broker with a log of a leader epoch that the store has given nobody: what it saw in its last second it may not know", () => {
    check({ log: { topicId: TOPIC, leaderEpochSeen: 4 } }, "c");
    check({ log: { topicId: TOPIC, leaderEpochSeen: 3 } }, undefined);
    check({ log: { topicId: "8".repeat(32), leaderEpochSeen: 4 } }, undefined); // of a topic that was removed
    check({ generation: "g1", epoch: 3, log: { topicId: TOPIC, leaderEpochSeen: 4 } }, undefined); // rebuilt since, far above it
  });

  it("compares with what the store has of the same term, not of later ones that took it for what it was", () => {
    const at = (term: number, change: number): number => term * VERSIONS_PER_TERM + change;
    const term = (number: number, begin: number, end: number) => ({ begin: at(number, begin), end: at(number, end) });
    const store = { metadataVersionStored: at(4, 7), terms: [term(1, 3, 10), term(2, 5, 5), term(4, 0, 7)] };
    check({ epoch: 1, version: at(1, 10) }, undefined, store);
    check({ epoch: 1, version: at(1, 11) }, "c", store);
    check({ epoch: 1, version: at(1, 2) }, "c", store); // of another term with this epoch
    check({ epoch: 2, version: at(2, 5) }, undefined, store); // it began, and changed nothing
    check({ epoch: 3, version: at(3, 0) }, "c", store); // no term with this epoch ever began
    check({ epoch: 1, version: at(1, 11) }, undefined, { ...store, terms: store.terms.slice(1) }); // too long ago
  });

  it("takes brokers of a generation that was rebuilt into this one", () => {
    check({ generation: "g1", epoch: 3, version: 4 * VERSIONS_PER_TERM + 99 }, undefined);
  });

  it("cannot judge versions in a store that does not keep them yet", () => {
    check({ version: 4 * VERSIONS_PER_TERM + 8 }, undefined, { metadataVersionStored: undefined });
  });

  it("takes a blank store for lost when a broker of an older cluster comes, and else leaves the broker to find out", () => {
    check({ clusterId: "other", generation: "g9" }, "other", { topics: new Map() });
    check({ clusterId: "other", generation: "g9" }, undefined);
  });
});

describe("firstVersion", () => {
  it("leaves room for the changes of the term, and differs between two of one epoch", () => {
    expect(firstVersion(3, { next: () => 0 })).toBe(3 * VERSIONS_PER_TERM);
    expect(firstVersion(3, { next: () => 0.999_999 })).toBeLessThan(3.5 * VERSIONS_PER_TERM);
    expect(firstVersion(3, { next: () => 0.25 })).not.toBe(firstVersion(3, { next: () => 0.75 }));
  });
});

describe("isRebuilt", () => {
  const lost = { clusterId: "c", generation: "g2", generationSeen: "g1" };

  it.each([
    ["another coordinator did it", "g3", ["g1"], true],
    ["nobody did", "g2", [], false],
    ["it was lost once more", "g4", [], false],
  ])("knows whether %s", (_, generation, former, expected) => {
    expect(isRebuilt(lost, generation, former)).toBe(expected);
  });
});
