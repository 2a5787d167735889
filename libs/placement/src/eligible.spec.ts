import { describe, expect, it } from "@jest/globals";
import { brokerId, leaderEpoch, type PartitionState } from "@millrace/model";
import { TestCluster } from "../test/cluster.ts";

/** Three brokers, a partition on all of them that 1 leads; then what the words say, and what the partition is: `leader | in sync | eligible | emptied`. */
function check(words: string, expected: string, configs: Readonly<Record<string, string>> = {}): void {
  const cluster = new TestCluster();
  for (const id of [1, 2, 3]) cluster.start(id);
  cluster.createTopic("t", { replicationFactor: 3, configs: { ...configs } });
  for (const step of words.split(", ")) {
    const [verb = "", ...rest] = step.split(" ");
    const ids = rest.join(" ").split(" ").map(Number);
    const [id = 0] = ids;
    if (verb === "lose") cluster.lose(id);
    else if (verb === "start") cluster.start(id);
    else if (verb === "start-cut") cluster.start(id, "", { isSuspect: true });
    else if (verb === "start-empty") cluster.start(id, "", { isEmpty: true });
    else if (verb === "in-sync") cluster.inSync(ids);
    else if (verb === "logs" || verb === "logs-late") electByLogs(cluster, { logs: rest, isWaitOver: verb === "logs-late" });
    else if (verb === "min")
      cluster.run({
        kind: "alter-topic-configs",
        name: "t",
        changes: [{ name: "min.insync.replicas", operation: "set", value: String(id) }],
        replaceAll: false,
      });
    else throw new Error(`unknown step ${step}`);
  }
  expect(shown(cluster.partition())).toBe(expected);
  expect(cluster.reloaded()?.topics).toEqual(cluster.state.topics);
}

/** `2:1/40` is broker 2 with epoch 1 and end 40; with `cut` behind it recovery cut its log. */
function electByLogs(cluster: TestCluster, { logs, isWaitOver }: { logs: readonly string[]; isWaitOver: boolean }): void {
  const { topicId, partition } = cluster.partition();
  const ends = logs.map((text) => {
    const [, id = "", epoch = "", end = "", cut = ""] = /^(\d+):(\d+)\/(\d+)(cut)?$/.exec(text) ?? [];
    const log = { topicId, partition, brokerId: brokerId(Number(id)), lastEpoch: leaderEpoch(Number(epoch)) };
    return { ...log, logEndOffset: Number(end), isSuspect: cut !== "" };
  });
  cluster.run({ kind: "elect-by-logs", logs: ends, isWaitOver });
}

function shown({ leader, inSyncSet, eligible = [], emptied = [] }: PartitionState): string {
  return [leader ?? "nobody", ...[inSyncSet, eligible, emptied].map((ids) => ids.join(" ") || "–")].join(" | ");
}

describe("eligible leaders (KIP-966)", () => {
  it.each([
    ["a replica that leaves while enough remain is not eligible", "lose 3", "1 | 1 2 | – | –"],
    ["one that leaves too few behind is", "lose 3, lose 2", "1 | 1 | 2 | –"],
    ["leads when the last one in sync is lost", "lose 3, lose 2, start 2, lose 1", "2 | 2 | 1 | –"],
    ["the one that left before it does not", "lose 3, lose 2, start 3, lose 1", "nobody | 1 | 2 | –"],
    ["whoever of them comes first leads", "lose 3, lose 2, lose 1, start 3, start 2", "2 | 2 | 1 | –"],
    ["nobody is when the set is large enough again", "lose 3, lose 2, start 2, start 3, in-sync 1 3", "1 | 1 3 | – | –"],
    ["with a smaller minimum more is acknowledged, and it no longer has it all", "lose 3, lose 2, min 1", "1 | 1 | – | –"],
    ["an emptied disk is not, even as the last in sync", "lose 3, lose 2, lose 1, start-empty 1", "nobody | – | 2 | 1"],
    ["nor one that recovery cut", "lose 3, lose 2, lose 1, start-cut 2", "nobody | 1 | – | –"],
    ["an emptied one is trusted again once it is in sync", "lose 1, start-empty 1, in-sync 1 2 3", "2 | 1 2 3 | – | –"],
  ])("%s", (_, words, expected) => {
    check(words, expected);
  });

  it("whose records were not synced is in doubt after a stop that was not clean", () => {
    const cluster = new TestCluster();
    for (const id of [1, 2, 3]) cluster.start(id);
    cluster.createTopic("t", { replicationFactor: 3 });
    const topic = [...cluster.state.topics.values()].find(({ name }) => name === "t");
    if (topic === undefined) throw new Error("no topic");
    cluster.state.topics.set(topic.topicId, { ...topic, configOverrides: { flush: "interval" } });
    const epochOf2 = cluster.epochOf(2);
    for (const id of [3, 2, 1]) cluster.lose(id);
    cluster.start(2, "", { cleanStopEpoch: epochOf2 - 1 });
    expect(shown(cluster.partition())).toBe("nobody | 1 | – | –");
    const epochOf1 = cluster.epochOf(1);
    cluster.start(1, "", { cleanStopEpoch: epochOf1 });
    expect(shown(cluster.partition())).toBe("1 | 1 | – | –");
  });
});

describe("electByLogs", () => {
  const ALL_CUT = "lose 3, lose 2, lose 1, start-cut 1, start-cut 2, start-cut 3";
  const EMPTIED = "lose 3, lose 2, lose 1, start-empty 1";
  it.each([
    ["of all logs the greatest epoch, then the greatest end", `${ALL_CUT}, logs 1:1/10 2:2/5 3:2/7`, "3 | 3 | – | –"],
    ["waits while somebody may come", "lose 3, lose 2, lose 1, start-cut 1, start-cut 2, logs 1:1/10 2:1/12", "nobody | – | – | –"],
    [
      "but not for ever: two of three have what two acknowledged",
      "lose 3, lose 2, lose 1, start-cut 1, start-cut 2, logs-late 1:1/10 2:1/12",
      "2 | 2 | – | –",
    ],
    ["one of three does not prove it", "lose 3, lose 2, lose 1, start-cut 1, logs-late 1:1/10", "nobody | – | 2 | –"],
    ["an emptied log proves nothing", `${EMPTIED}, start-cut 2, logs-late 1:0/0 2:1/10`, "nobody | – | – | 1"],
    ["and does not lead", `${EMPTIED}, start-cut 2, start-cut 3, logs 1:5/90 2:1/10 3:1/11`, "3 | 3 | – | 1"],
    [
      "two emptied disks are more than is promised",
      `${EMPTIED}, start-empty 2, start-cut 3, logs-late 1:0/0 2:0/0 3:1/10`,
      "nobody | – | – | 1 2",
    ],
  ])("%s", (_, words, expected) => {
    check(words, expected);
  });

  it("of a topic that asks for unclean elections whoever has most, once the wait is over", () => {
    const configs = { "unclean.leader.election.enable": "true" };
    const words = "lose 3, lose 2, lose 1, start-cut 1";
    check(`${words}, logs 1:1/10`, "nobody | – | 2 | –", configs);
    check(`${words}, logs-late 1:1/10`, "1 | 1 | 2 | –", configs);
  });

  it("of a topic that is not synced before it acknowledges, logs that were cut prove nothing", () => {
    const cluster = new TestCluster();
    for (const id of [1, 2, 3]) cluster.start(id);
    cluster.createTopic("t", { replicationFactor: 3 });
    for (const id of [3, 2, 1]) cluster.lose(id);
    for (const id of [1, 2]) cluster.start(id, "", { isSuspect: true });
    const topic = [...cluster.state.topics.values()].find(({ name }) => name === "t");
    if (topic === undefined) throw new Error("no topic");
    cluster.state.topics.set(topic.topicId, { ...topic, configOverrides: { flush: "interval" } });
    electByLogs(cluster, { logs: ["1:1/10", "2:1/12cut"], isWaitOver: true });
    expect(shown(cluster.partition())).toBe("nobody | – | – | –");
    electByLogs(cluster, { logs: ["1:1/10", "2:1/12"], isWaitOver: true });
    expect(shown(cluster.partition())).toBe("2 | 2 | – | –");
  });
});
