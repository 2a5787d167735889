import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { RegisterBrokerSchema } from "@millrace/contracts";
import { isRebuilt, lostBy, type StoreMemory, VERSIONS_PER_TERM } from "./lost-store.ts";

const FENCE = { holder: "a", epoch: 5, generation: "g2", termId: "a/1" };
const STORE: StoreMemory = {
  clusterId: "c",
  isBlank: false,
  metadataVersionStored: 4 * VERSIONS_PER_TERM + 7,
  formerGenerations: ["g1"],
  termEnds: [],
};

interface Seen {
  readonly clusterId?: string;
  readonly generation?: string;
  readonly epoch?: number;
  readonly version?: number;
  readonly coordinatorId?: string;
}

function check(seen: Seen, expected: string | undefined, store: Partial<StoreMemory> = {}): void {
  const { clusterId = "c", generation = "g2", epoch = 4, version = 4 * VERSIONS_PER_TERM + 7 } = seen;
  const broker = create(RegisterBrokerSchema, {
    clusterId,
    generationSeen: generation,
    coordinatorEpochSeen: BigInt(epoch),
    metadataVersionSeen: BigInt(version),
    coordinatorIdSeen: seen.coordinatorId ?? "",
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

  it("asks nothing of a term that changed nothing: its first version is stored nowhere", () => {
    check({ version: 4 * VERSIONS_PER_TERM }, undefined, { metadataVersionStored: VERSIONS_PER_TERM + 16 });
    check({ version: 4 * VERSIONS_PER_TERM + 1 }, "c", { metadataVersionStored: VERSIONS_PER_TERM + 16 });
  });

  it("compares with what the store has of the same term, not of later ones that took it for what it was", () => {
    const at = (term: number, change: number): number => term * VERSIONS_PER_TERM + change;
    const store = { metadataVersionStored: at(4, 7), termEnds: [at(1, 10), at(2, 5), at(4, 7)] };
    check({ epoch: 1, version: at(1, 10) }, undefined, store);
    check({ epoch: 1, version: at(1, 11) }, "c", store);
    check({ epoch: 3, version: at(3, 0) }, undefined, store); // it began, and changed nothing
    check({ epoch: 3, version: at(3, 1) }, "c", store);
    check({ epoch: 1, version: at(1, 11) }, undefined, { ...store, termEnds: [at(2, 5), at(4, 7)] }); // too long ago
  });

  it("takes brokers of a generation that was rebuilt into this one", () => {
    check({ generation: "g1", epoch: 3, version: 4 * VERSIONS_PER_TERM + 99 }, undefined);
  });

  it("cannot judge versions in a store that does not keep them yet", () => {
    check({ version: 4 * VERSIONS_PER_TERM + 8 }, undefined, { metadataVersionStored: undefined });
  });

  it("takes a blank store for lost when a broker of an older cluster comes, and else leaves the broker to find out", () => {
    check({ clusterId: "other", generation: "g9" }, "other", { isBlank: true });
    check({ clusterId: "other", generation: "g9" }, undefined);
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
