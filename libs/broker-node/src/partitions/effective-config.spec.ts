import { describe, expect, it } from "@jest/globals";
import type { TopicConfig } from "@millrace/model";
import { effectiveConfig, settledReplicaCount } from "./effective-config.ts";

function check(topic: { internal?: boolean; configs: { [key: string]: string } }, expected: Partial<TopicConfig>, replicaCount = 1): void {
  expect(effectiveConfig({ internal: false, ...topic }, replicaCount)).toMatchObject(expected);
}

describe("effectiveConfig", () => {
  it("is what a topic of users asks for", () => {
    check(
      { configs: { flush: "interval", storage: "memory", "retention.ms": "5" } },
      { flush: "interval", storage: "memory", retentionMs: 5 },
    );
    check({ configs: { "cleanup.policy": "compact,delete", "retention.bytes": "7" } }, { retentionBytes: 7 });
  });

  it("syncs an internal topic before it acknowledges, on disk, and keeps it, whatever it says", () => {
    const configs = { flush: "interval", storage: "memory", "retention.ms": "5", "retention.bytes": "7" };
    check({ internal: true, configs }, { flush: "ack", storage: "disk", retentionMs: -1, retentionBytes: -1 });
  });

  it.each([
    [1, 1, 1],
    [2, 2, 1],
    [3, 2, 2],
    [5, 2, 2],
  ])("asks of %i replicas for %i in sync, of an internal topic for %i, unless it says otherwise", (replicas, ofUsers, ofInternal) => {
    const of = (internal: boolean, configs = {}) => effectiveConfig({ internal, configs }, replicas).minInsyncReplicas;
    expect([of(false), of(true), of(true, { "min.insync.replicas": "2" })]).toEqual([ofUsers, ofInternal, 2]);
  });

  it("deletes nothing of a compacted topic by its age or size", () => {
    check({ configs: { "cleanup.policy": "compact", "retention.bytes": "7" } }, { retentionMs: -1, retentionBytes: -1 });
  });

  it("asks acks=all for two copies where there are two", () => {
    check({ configs: {} }, { minInsyncReplicas: 1 }, 1);
    check({ configs: {} }, { minInsyncReplicas: 2 }, 3);
    check({ configs: { "min.insync.replicas": "1" } }, { minInsyncReplicas: 1 }, 3);
  });
});

describe("settledReplicaCount", () => {
  it.each([
    [{ replicas: [1, 2] }, 2],
    [{ replicas: [2, 1], addingReplicas: [2], removingReplicas: [1] }, 1],
    [{ replicas: [1, 2, 3], addingReplicas: [2, 3], removingReplicas: [] }, 1],
    [{ replicas: [1, 2, 3], addingReplicas: [], removingReplicas: [3] }, 2],
  ])("%j: %d", (lists, expected) => {
    expect(settledReplicaCount(lists)).toBe(expected);
  });
});
