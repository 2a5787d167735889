import { describe, expect, it } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { type BrokerLoad, BrokerLoadSchema, type Topic } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import { assertDefined } from "@millrace/stdx";
import { fakeWorld } from "../../test/fake-world.ts";
import { bar } from "../output/bar.ts";
import { runCli } from "../run-cli.ts";

const load = (brokerId: number, of: Partial<Pick<BrokerLoad, "replicas" | "leaders" | "arriving">> = {}, draining = false): BrokerLoad =>
  create(BrokerLoadSchema, { broker: { brokerId, address: `b${brokerId}:9190`, draining }, ...of });

const topics = [
  {
    name: "t",
    partitions: [
      { partition: 0, replicas: [1, 2], inSyncSet: [1], eligibleLeaders: [] },
      { partition: 1, replicas: [1, 2], leader: 1, inSyncSet: [1, 2], eligibleLeaders: [] },
    ],
  },
] as unknown as readonly Topic[];

const refused = new AppError({ kind: "conflict", code: "cannot-drain", message: "add a broker first" });

describe("broker", () => {
  it("list: what each holds", async () => {
    const world = fakeWorld({
      admin: { describeBrokers: () => Promise.resolve([load(1, { replicas: 4, leaders: 2 }), load(2, {}, true)]) },
    });
    expect(await runCli(["broker", "list"], world)).toBe(0);
    expect(world.output()).toContain("drained");
    expect(world.output().split("\n")[1]).toMatch(/^ +1 +up +b1:9190 +2 +4/);
  });

  it("drain: waits until nothing is left, and says how far it is", async () => {
    const steps = [load(2, { replicas: 2, leaders: 1 }), load(2, { replicas: 1 }), load(2)];
    const world = fakeWorld({
      admin: {
        drainBroker: () => Promise.resolve(2),
        describeBrokers: () => Promise.resolve([steps.length > 1 ? steps.shift() : steps[0]] as BrokerLoad[]),
      },
    });
    expect(await runCli(["broker", "drain", "2", "--json"], world)).toBe(0);
    expect(
      world
        .output()
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { brokerId: 2, moved: 0, total: 2, leaders: 1 },
      { brokerId: 2, moved: 1, total: 2, leaders: 0 },
      { brokerId: 2, moved: 2, total: 2, leaders: 0 },
    ]);
  });

  it("drain: what cannot be is refused with the reason", async () => {
    const world = fakeWorld({ admin: { drainBroker: () => Promise.reject(refused) } });
    expect(await runCli(["broker", "drain", "2"], world)).toBe(4);
    expect(world.notes()).toContain("add a broker first");
  });

  it("drain --dry-run and add --no-wait return at once", async () => {
    const asked: unknown[] = [];
    const world = fakeWorld({
      admin: {
        drainBroker: (id, options) => Promise.resolve((asked.push([id, options]), 3)),
        addBroker: (id, options) => Promise.resolve((asked.push([id, options]), 5)),
      },
    });
    await runCli(["broker", "drain", "2", "--dry-run"], world);
    await runCli(["broker", "add", "4", "--no-wait"], world);
    expect(world.output()).toBe("3 replicas would move off broker 2\n5 replicas are moving to broker 4\n");
    expect(asked).toEqual([
      [2, { validateOnly: true }],
      [4, { validateOnly: false }],
    ]);
  });

  it("status of a broker that is not there is an error", async () => {
    const world = fakeWorld({ admin: { describeBrokers: () => Promise.resolve([load(1)]) } });
    expect(await runCli(["broker", "status", "7"], world)).toBe(2);
    expect(world.notes()).toContain("there is no broker 7");
  });
});

describe("partition", () => {
  it("move: says what became of each partition, and fails if any was refused", async () => {
    const world = fakeWorld({
      admin: {
        describeTopic: () => Promise.resolve(assertDefined(topics[0], "the first topic")),
        reassignPartitions: (moves) =>
          Promise.resolve(moves.map(({ topic, partition }) => ({ topic, partition, error: partition === 1 ? refused : undefined }))),
      },
    });
    expect(await runCli(["partition", "move", "t", "--replicas", "2,1"], world)).toBe(2);
    expect(world.output()).toBe("t-0: moving to 2 1\nt-1: add a broker first [cannot-drain]\n");
    expect(world.notes()).toContain("1 of 2 partitions were refused");
  });

  it("move wants replicas or --cancel", async () => {
    const world = fakeWorld();
    expect(await runCli(["partition", "move", "t:0"], world)).toBe(2);
    expect(await runCli(["partition", "move", "t:0", "--replicas", "x"], world)).toBe(2);
  });

  it("elect --unclean changes nothing without --execute, and names what would be lost", async () => {
    const asked: unknown[] = [];
    const world = fakeWorld({
      admin: {
        listTopics: () => Promise.resolve(topics),
        describeBrokers: () => Promise.resolve([load(2)]),
        electLeaders: (kind, partitions = []) => {
          asked.push([kind, partitions.map(({ topic, partition }) => `${topic}-${partition}`)]);
          return Promise.resolve(partitions.map(({ topic, partition }) => ({ topic, partition, error: undefined })));
        },
      },
    });
    await runCli(["partition", "elect", "--unclean"], world);
    expect(world.output()).toContain("t-0: broker 2 would lead; records that only broker 1 has");
    expect(asked).toEqual([]);
    await runCli(["partition", "elect", "--unclean", "--execute"], world);
    expect(asked).toEqual([["unclean", ["t-0"]]]);
  });
});

it.each([
  [0, 4, "[························]"],
  [2, 4, "[############············]"],
  [9, 4, "[########################]"],
  [0, 0, "[########################]"],
])("bar %d of %d", (done, total, expected) => {
  expect(bar(done, total)).toBe(expected);
});
