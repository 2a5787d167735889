import type { DescService } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { RpcTransport, ServiceClient } from "@millrace/contracts";
import { bytes, World } from "./world.ts";

const PRODUCE_MS_MAX = 2_500;

describe("a producer whose leader hangs", () => {
  let world: World;
  const silent = new Set<string>();
  beforeEach(async () => {
    world = await World.create([1, 2]);
    await world.createTopic("t", { partitions: 1 });
  });
  afterEach(async () => {
    silent.clear();
    await world.stop();
  });

  it("sends to the next one as soon as there is one, long before its request times out", async () => {
    const producer = world.client(withSilent(world.loopback, silent)).producer();
    await world.run(producer.open(["t"]));
    silent.add(`broker-${world.coordinator.topicOf("t").partitions[0]?.leader}:9190`);
    const before = world.clock.monotonicMs();
    const sent = producer.sendAndWait("t", { partition: 0, value: bytes("after") });
    world.coordinator.alterPartition("t", 0, { replicas: [2], inSyncSet: [2], leader: 2, leaderEpoch: 5, partitionEpoch: 5 });
    await world.run(sent);
    expect(world.clock.monotonicMs() - before).toBeLessThan(PRODUCE_MS_MAX);
  });

  it("waits for it while nobody else leads", async () => {
    const producer = world.client(withSilent(world.loopback, silent)).producer();
    await world.run(producer.open(["t"]));
    await world.run(producer.sendAndWait("t", { partition: 0, value: bytes("before") }));
    const leader = `broker-${world.coordinator.topicOf("t").partitions[0]?.leader}:9190`;
    silent.add(leader);
    const sent = producer.sendAndWait("t", { partition: 0, value: bytes("after") });
    await world.run(new Promise<void>((resolve) => world.clock.setTimer(10_000, resolve)));
    silent.delete(leader);
    expect(await world.run(sent)).toMatchObject({ offset: 1 });
  });
});

/** Calls to these addresses are heard, and their answers held back until the address is left out again. */
function withSilent(inner: RpcTransport, silent: ReadonlySet<string>): RpcTransport {
  const isHeard = async (address: string): Promise<void> => {
    while (silent.has(address)) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    close: () => inner.close(),
    client<S extends DescService>(service: S, address: string): ServiceClient<S> {
      return new Proxy(inner.client(service, address), {
        get: (client, name) => {
          const call = Reflect.get(client, name) as (...args: unknown[]) => unknown;
          if (name === "produceStream")
            return async function* (...args: unknown[]) {
              for await (const answer of call(...args) as AsyncIterable<unknown>) {
                await isHeard(address);
                yield answer;
              }
            };
          return async (...args: unknown[]) => {
            const answer = await call(...args);
            await isHeard(address);
            return answer;
          };
        },
      });
    },
  };
}
