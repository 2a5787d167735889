import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import type { Admin, Client, RecordsToDelete, TopicSetting } from "@millrace/client";
import { TopicSchema } from "@millrace/contracts";
import { fakeWorld, type FakeParts } from "../../test/fake-world.ts";
import { runCli } from "../run-cli.ts";

const state = (partition: number, inSyncSet: number[]) => ({ partition, replicas: [1, 2], leader: 1, inSyncSet });
const clicks = create(TopicSchema, { name: "clicks", partitions: [state(0, [1, 2]), state(1, [1])], configs: { "retention.ms": "60000" } });
const orders = create(TopicSchema, { name: "orders", partitions: [state(0, [1, 2])] });

const client: Partial<Client> = {
  partitionCount: () => Promise.resolve(2),
  listOffsets: (queries) =>
    Promise.resolve(
      queries.map(({ topic, partition, at }) => {
        const offset = at === "earliest" ? 10 : at === "latest" ? 100 : partition === 0 ? 42 : -1;
        return { topic, partition, offset, timestampMs: 0, leaderEpoch: 0 };
      }),
    ),
};

async function run(args: string, parts: FakeParts): Promise<{ code: number; output: string; notes: string }> {
  const world = fakeWorld(parts);
  const code = await runCli(args.split(" "), world);
  return { code, output: world.output(), notes: world.notes() };
}

describe("topic delete-records", () => {
  function cluster(): { parts: FakeParts; deleted: RecordsToDelete[] } {
    const deleted: RecordsToDelete[] = [];
    const admin: Partial<Admin> = {
      describeTopic: () => Promise.resolve(clicks),
      deleteRecords: (deletions) => {
        deleted.push(...deletions);
        return Promise.resolve([]);
      },
    };
    return { parts: { client, admin }, deleted };
  }

  it.each<[string, [number, number][]]>([
    [
      "clicks --all",
      [
        [0, 100],
        [1, 100],
      ],
    ],
    [
      "clicks --before 50",
      [
        [0, 50],
        [1, 50],
      ],
    ],
    ["clicks:1 --before 500", [[1, 100]]],
    ["clicks --before 5", []],
    [
      "clicks --before-time 2026-01-01",
      [
        [0, 42],
        [1, 100],
      ],
    ],
  ])("%s --execute deletes up to %j", async (how, expected) => {
    const { parts, deleted } = cluster();
    const { code, notes } = await run(`topic delete-records ${how} --execute`, parts);
    expect({ code, notes }).toEqual({ code: 0, notes: "done\n" });
    expect(deleted.map(({ partition, beforeOffset }) => [partition, beforeOffset])).toEqual(expected);
  });

  it("deletes nothing without --execute, and shows what would go", async () => {
    const { parts, deleted } = cluster();
    const { output, notes } = await run("topic delete-records clicks:0 --before 50", parts);
    expect(output.split("\n")[1]).toBe("clicks          0     10         50  100       40");
    expect(notes).toBe("nothing is deleted: --execute does it\n");
    expect(deleted).toEqual([]);
  });
});

describe("topic describe", () => {
  const admin: Partial<Admin> = { listTopics: () => Promise.resolve([orders, clicks]) };

  it("shows all topics if none is named", async () => {
    const { output, notes } = await run("topic describe", { client, admin });
    expect(output.match(/^topic \w+/gm)).toEqual(["topic clicks", "topic orders"]);
    expect(notes).toContain("1 partitions have replicas that are not in sync");
  });

  it("shows trouble only", async () => {
    const { output } = await run("topic describe --trouble", { client, admin });
    expect(output.split("\n").slice(2)).toEqual(["        1       1       1,2        1     10  100       90", ""]);
    const healthy: Partial<Admin> = { listTopics: () => Promise.resolve([orders]) };
    expect((await run("topic describe --trouble", { client, admin: healthy })).notes).toContain("every partition has a leader");
  });
});

describe("topic alter", () => {
  it.each([
    ["", false, "topic clicks has 2 partitions\n", ""],
    [" --dry-run", true, "", "nothing has changed: without --dry-run it would\n"],
  ])("asks for partitions%s", async (flag, validateOnly, output, notes) => {
    const asked: unknown[] = [];
    const createPartitions: Admin["createPartitions"] = (...args) => {
      asked.push(args);
      return Promise.resolve(clicks);
    };
    expect(await run(`topic alter clicks --partitions 2${flag}`, { admin: { createPartitions } })).toEqual({ code: 0, output, notes });
    expect(asked).toEqual([["clicks", 2, { validateOnly }]]);
  });
});

describe("config", () => {
  const setting = (name: string, value: string, isSet: boolean): TopicSetting => ({
    name,
    value,
    isSet,
    defaultValue: "7",
    type: "long",
    doc: "What it is.",
  });
  const describeTopicConfigs = () => Promise.resolve([setting("flush.ms", "7", false), setting("retention.ms", "60000", true)]);

  it("describe shows what was set, and all with --all", async () => {
    expect((await run("config describe clicks", { admin: { describeTopicConfigs } })).output).toBe(
      "setting       value  default\nretention.ms  60000        7\n",
    );
    expect((await run("config describe clicks --all", { admin: { describeTopicConfigs } })).output.split("\n").slice(1)).toEqual([
      "flush.ms          7  default  What it is.",
      "retention.ms  60000  topic    What it is.",
      "",
    ]);
  });

  it("alter passes every change on, in one call", async () => {
    const asked: unknown[] = [];
    const alterTopicConfigs: Admin["alterTopicConfigs"] = (...args) => {
      asked.push(args);
      return Promise.resolve(clicks);
    };
    const flags =
      "--set retention.ms=60000 --delete flush.ms,segment.ms --append cleanup.policy=compact --subtract cleanup.policy=delete --dry-run";
    const { output, notes } = await run(`config alter clicks ${flags}`, { admin: { alterTopicConfigs } });
    expect(output).toBe("retention.ms=60000\nflush.ms=(default)\nsegment.ms=(default)\ncleanup.policy=(default)\n");
    expect(notes).toBe("nothing has changed: without --dry-run it would\n");
    expect(asked).toEqual([
      [
        "clicks",
        [
          { operation: "set", name: "retention.ms", value: "60000" },
          { operation: "delete", name: "flush.ms" },
          { operation: "delete", name: "segment.ms" },
          { operation: "append", name: "cleanup.policy", value: "compact" },
          { operation: "subtract", name: "cleanup.policy", value: "delete" },
        ],
        { validateOnly: true },
      ],
    ]);
  });
});
