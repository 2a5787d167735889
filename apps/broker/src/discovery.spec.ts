import { describe, expect, it } from "@jest/globals";
import { type AskNode, discoverSettings } from "./discovery.ts";

const inZone =
  (zone?: string): AskNode =>
  (name) =>
    Promise.resolve({ metadata: { name, labels: zone === undefined ? {} : { "topology.kubernetes.io/zone": zone } } });

describe("discoverSettings", () => {
  it("finds nothing where nothing is asked for, and asks nobody", async () => {
    await expect(discoverSettings({ MILLRACE_BROKER_ID: "1" }, () => Promise.reject(new Error("asked")))).resolves.toEqual({});
  });

  it("takes the zone of the node as rack", async () => {
    await expect(discoverSettings({ RACK_FROM_NODE: "kn2" }, inZone("z2"))).resolves.toEqual({ rack: "z2" });
    await expect(discoverSettings({ RACK_FROM_NODE: "kn2" }, inZone())).rejects.toThrow(
      /label the nodes, or set broker.rack.fromNodeZone to false node=kn2/,
    );
  });

  it.each([
    [{ EXTERNAL_HOST: "10.0.0.7", EXTERNAL_PORT_PER_BROKER: "true" }, ["10.0.0.7:32102", "10.0.0.7:32202"]],
    [{ EXTERNAL_HOST: "b{id}.example.com" }, ["b2.example.com:32100", "b2.example.com:32200"]],
    [{ EXTERNAL_HOST: "fd00::7" }, ["[fd00::7]:32100", "[fd00::7]:32200"]],
  ])("makes addresses of %j", async (env, [kafka, grpc]) => {
    const all = { MILLRACE_BROKER_ID: "2", EXTERNAL_KAFKA_PORT: "32100", EXTERNAL_GRPC_PORT: "32200", ...env };
    await expect(discoverSettings(all)).resolves.toEqual({ kafkaExternalAdvertisedAddress: kafka, externalAdvertisedAddress: grpc });
  });

  it("says which number is missing", async () => {
    await expect(discoverSettings({ EXTERNAL_HOST: "h", MILLRACE_BROKER_ID: "" })).rejects.toThrow(/variable=MILLRACE_BROKER_ID/);
  });
});
