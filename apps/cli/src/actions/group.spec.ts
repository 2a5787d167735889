import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import type { Admin, Client, GroupDetails, GroupOffset } from "@millrace/client";
import { TopicSchema } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { fakeWorld, type FakeParts } from "../../test/fake-world.ts";
import { runCli } from "../run-cli.ts";

const topic = create(TopicSchema, {
  name: "orders",
  partitions: [0, 1].map((partition) => ({ partition, replicas: [1], leader: 1, inSyncSet: [1] })),
});
const member = {
  memberId: "m1",
  instanceId: "",
  clientId: "app",
  clientHost: "/10.0.0.1",
  rackId: "",
  memberEpoch: 3,
  state: "STABLE",
  subscribedTopics: ["orders"],
  subscribedTopicRegex: "",
  assigned: [{ topic: "orders", partition: 0 }],
  target: [],
};
const details: GroupDetails = {
  groupId: "billing",
  type: "consumer",
  state: "Stable",
  protocolType: "consumer",
  assignor: "uniform",
  groupEpoch: 3,
  coordinatorBrokerId: 1,
  members: [member],
};

/** A cluster with topic `orders`: each partition has records 10 to 99; `billing` has read partition 0 up to 60, and partition 1 never. */
function cluster(of: { members?: boolean; admin?: Partial<Admin> } = {}): { parts: FakeParts; altered: GroupOffset[] } {
  const altered: GroupOffset[] = [];
  const client: Partial<Client> = {
    partitionCount: () => Promise.resolve(2),
    listOffsets: (queries) =>
      Promise.resolve(
        queries.map(({ topic: name, partition, at }) => {
          const offset = at === "earliest" ? 10 : at === "latest" ? 100 : at.timestampMs > 900_000 ? -1 : 42;
          return { topic: name, partition, offset, timestampMs: 0, leaderEpoch: 0 };
        }),
      ),
  };
  const admin: Partial<Admin> = {
    describeGroup: () => Promise.resolve({ ...details, members: of.members === false ? [] : details.members }),
    describeTopic: () => Promise.resolve(topic),
    groupOffsets: () => Promise.resolve([{ topic: "orders", partition: 0, offset: 60, metadata: "" }]),
    alterGroupOffsets: (_, offsets) => {
      altered.push(...offsets);
      return Promise.resolve();
    },
    ...of.admin,
  };
  return { parts: { client, admin }, altered };
}

async function run(args: string, parts: FakeParts): Promise<{ code: number; output: string; notes: string }> {
  const world = fakeWorld(parts);
  const code = await runCli(args.split(" "), world);
  return { code, output: world.output(), notes: world.notes() };
}

describe("group describe", () => {
  it("shows lag per partition, and who reads it", async () => {
    const { output, notes } = await run("group describe billing", cluster().parts);
    expect(output.split("\n")).toEqual([
      "group billing: Stable, consumer, uniform, 1 member, coordinator broker 1",
      "topic   partition  offset  end  lag  member  host       client",
      "orders          0      60  100   40  m1      /10.0.0.1  app",
      "",
    ]);
    expect(notes).toContain("total lag 40");
  });

  it("is one document with --json", async () => {
    const { output } = await run("group describe billing --json", cluster().parts);
    expect(JSON.parse(output)).toMatchObject({
      groupId: "billing",
      lag: 40,
      partitions: [{ topic: "orders", offset: 60, lag: 40, memberId: "m1" }],
    });
  });

  it("shows members", async () => {
    expect((await run("group describe billing --members", cluster().parts)).output).toMatch(
      /^m1 +\/10.0.0.1 +app +– +3 +STABLE +1 +orders$/m,
    );
  });
});

describe("group reset-offsets", () => {
  it.each<[string, [number, number]]>([
    ["--to-earliest", [10, 10]],
    ["--to-latest", [100, 100]],
    ["--to-offset 50", [50, 50]],
    ["--to-offset 5", [10, 10]],
    ["--shift-by -20", [40, 10]],
    ["--shift-by 1000", [100, 100]],
    ["--by-duration 10m", [42, 42]],
    ["--by-duration 1s", [100, 100]],
    ["--to-datetime 1970-01-01T00:10", [42, 42]],
  ])("%s moves to %s", async (how, expected) => {
    const { parts, altered } = cluster({ members: false });
    const { code, notes } = await run(`group reset-offsets billing --topic orders ${how} --execute`, parts);
    expect({ code, notes }).toEqual({ code: 0, notes: "done\n" });
    expect(altered.map(({ offset }) => offset)).toEqual(expected);
  });

  it("changes nothing without --execute, and says so", async () => {
    const { parts, altered } = cluster({ members: false });
    const { output, notes } = await run("group reset-offsets billing --topic orders:0 --shift-by -55", parts);
    expect(output.split("\n").slice(1)).toEqual(["orders          0    60  10  -50  as far as there are records", ""]);
    expect(notes).toBe("nothing has changed: --execute does it\n");
    expect(altered).toEqual([]);
  });

  it("refuses a group that somebody reads with", async () => {
    const { parts, altered } = cluster();
    const { code, notes } = await run("group reset-offsets billing --topic orders --to-latest --execute", parts);
    expect(code).toBe(4);
    expect(notes).toMatch(/stop the group's members first.*members=1 \[group-has-members\]/);
    expect(altered).toEqual([]);
  });

  it.each([
    ["--topic orders:7", /no such partition topic=orders partition=7 partitions=2/],
    ["--all-topics", /no offsets to move/],
  ])("refuses %s where there is none", async (topics, expected) => {
    const { parts } = cluster({ members: false, admin: { groupOffsets: () => Promise.resolve([]) } });
    const { code, notes } = await run(`group reset-offsets billing ${topics} --to-latest`, parts);
    expect(code).toBe(2);
    expect(notes).toMatch(expected);
  });
});

describe("group delete", () => {
  it("deletes what it can, then says what it could not", async () => {
    const error = new AppError({ kind: "conflict", code: "non-empty-group", message: "the group has live members: stop them first" });
    const deleteGroups = (ids: readonly string[]) =>
      Promise.resolve(ids.map((groupId) => ({ groupId, error: groupId === "b" ? error : undefined })));
    const { code, output, notes } = await run("group delete a b c", { admin: { deleteGroups } });
    expect({ code, output }).toEqual({ code: 4, output: "group a is deleted\ngroup c is deleted\n" });
    expect(notes).toContain("[non-empty-group]");
  });

  it("delete-offsets names each partition", async () => {
    const asked: unknown[] = [];
    const deleteGroupOffsets: Admin["deleteGroupOffsets"] = (group, partitions) => {
      asked.push(group);
      return Promise.resolve(partitions.map((place) => ({ ...place, error: undefined })));
    };
    const { output } = await run("group delete-offsets billing --topic orders", cluster({ admin: { deleteGroupOffsets } }).parts);
    expect(output).toBe("offset of orders-0 is deleted\noffset of orders-1 is deleted\n");
    expect(asked).toEqual(["billing"]);
  });
});

describe("group list", () => {
  it("is a table, and passes filters on", async () => {
    const asked: unknown[] = [];
    const listGroups: Admin["listGroups"] = (filter) => {
      asked.push(filter);
      return Promise.resolve([{ groupId: "billing", protocolType: "consumer", state: "Stable", type: "classic" }]);
    };
    const { output } = await run("group list --state Stable,empty --type classic", { admin: { listGroups } });
    expect(output).toBe("group    state   type\nbilling  Stable  classic\n");
    expect(asked).toEqual([{ states: ["stable", "empty"], types: ["classic"] }]);
  });
});
