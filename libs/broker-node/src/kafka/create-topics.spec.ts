import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createTopicsApi } from "@millrace/kafka-wire";
import type { KafkaTestClient } from "../../test/kafka-loopback.ts";
import { World } from "../../test/world.ts";

interface Asked {
  readonly numPartitions?: number;
  readonly replicationFactor?: number;
  readonly assignments: { readonly partitionIndex: number; readonly brokerIds: number[] }[];
}

describe("given replica assignments", () => {
  let world: World;
  let client: KafkaTestClient;

  beforeEach(async () => {
    world = await World.create();
    client = world.kafka.connect();
  });
  afterEach(() => world.stop());

  async function create({ numPartitions = -1, replicationFactor = -1, assignments }: Asked) {
    const topics = [{ name: "t", numPartitions, replicationFactor, assignments, configs: [] }];
    const answer = await world.run(client.ask(createTopicsApi, 7, { topics, timeoutMs: 1_000, validateOnly: false }));
    const { errorCode, errorMessage, numPartitions: count, replicationFactor: replicas } = answer?.topics[0] ?? {};
    return errorCode === 0 ? { count, replicas } : { errorCode, errorMessage };
  }

  it.each<[string, Asked, number, string]>([
    ["a gap", { assignments: [{ partitionIndex: 1, brokerIds: [1] }] }, 39, "numbered from 0"],
    ["a partition twice", { assignments: [0, 0].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] })) }, 39, "each once"],
    ["counts beside them", { numPartitions: 1, assignments: [{ partitionIndex: 0, brokerIds: [1] }] }, 42, "must be -1"],
  ])("with %s are refused", async (_, asked, errorCode, message) => {
    expect(await create(asked)).toEqual({ errorCode, errorMessage: expect.stringContaining(message) });
  });
});

describe("many topics in one request", () => {
  it("are answered in the order of the request, those named twice refused", async () => {
    const world = await World.create();
    const client = world.kafka.connect();
    const names = [...Array.from({ length: 30 }, (_, index) => `t${index}`), "t7"];
    const topics = names.map((name) => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }));
    const answer = await world.run(client.ask(createTopicsApi, 7, { topics, timeoutMs: 1_000, validateOnly: false }));
    expect(answer?.topics.map(({ name }) => name)).toEqual(names);
    expect(answer?.topics.filter(({ errorCode }) => errorCode === 42).map(({ name }) => name)).toEqual(["t7", "t7"]);
    expect(answer?.topics.filter(({ errorCode }) => errorCode === 0)).toHaveLength(29);
    await world.stop();
  });
});
