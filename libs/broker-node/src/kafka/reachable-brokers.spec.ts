import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "@jest/globals";
import { MetadataUpdateSchema } from "@millrace/contracts";
import { ManualClock } from "@millrace/testkit";
import { ClusterView } from "../cluster-view.ts";
import { BROKERS_KNOWN_MS_MAX, FENCED_BROKER_LISTED_MS } from "../limits.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { reachableBrokers } from "./reachable-brokers.ts";

const BROKER = { brokerId: 1, address: "b:9190", kafkaAddress: "b:9092", rack: "" };

function world() {
  const [view, clock] = [new ClusterView(), new ManualClock()];
  const learn = (fenced: boolean): void => {
    view.apply(create(MetadataUpdateSchema, { snapshot: true, brokers: [{ ...BROKER, fenced }] }), clock.monotonicMs());
    view.announce();
  };
  const context = { view, ports: { clock } } as unknown as Pick<KafkaContext, "view" | "ports">;
  return { clock, learn, ask: (signal = new AbortController().signal) => reachableBrokers(context, signal) };
}

describe("reachableBrokers", () => {
  it("answers at once where one is known", async () => {
    const { learn, ask } = world();
    learn(false);
    await expect(ask()).resolves.toEqual([{ nodeId: 1, host: "b", port: 9092, rack: null }]);
  });

  it("waits until the first is known and not fenced: a client would believe that there are none", async () => {
    const { clock, learn, ask } = world();
    let answer: unknown;
    const asked = ask().then((brokers) => (answer = brokers));
    learn(true);
    await clock.advance(1);
    expect(answer).toBeUndefined();
    learn(false);
    await expect(asked).resolves.toHaveLength(1);
  });

  it("names one that died for a while, so that clients look for its successor before they forget it", async () => {
    const { clock, learn, ask } = world();
    learn(false);
    learn(true);
    await clock.advance(FENCED_BROKER_LISTED_MS - 1);
    learn(true); // said again: it is no later for that
    await expect(ask()).resolves.toHaveLength(1);
    await clock.advance(1);
    const late = expect(ask()).rejects.toMatchObject({ code: "broker-starting" });
    await clock.advance(BROKERS_KNOWN_MS_MAX);
    await late;
    learn(false);
    await expect(ask()).resolves.toHaveLength(1);
  });

  it("gives up after its time, and when the client is gone", async () => {
    const { clock, learn, ask } = world();
    const late = expect(ask()).rejects.toMatchObject({ code: "broker-starting" });
    await clock.advance(BROKERS_KNOWN_MS_MAX);
    await late;
    const gone = new AbortController();
    const left = expect(ask(gone.signal)).rejects.toMatchObject({ code: "broker-starting" });
    gone.abort();
    learn(true);
    await left;
  });
});
