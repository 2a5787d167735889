import { describe, expect, it } from "@jest/globals";
import { readOptions } from "./options.ts";

describe("readOptions", () => {
  it("takes several names, with commas or repeated", () => {
    expect(readOptions(["--only", "fetch,words", "--only", "latency"]).only).toEqual(["fetch", "words", "latency"]);
  });

  it("takes another server for the loads that speak Kafka's protocol", () => {
    expect(readOptions(["--against", "127.0.0.1:9092", "--pid", "7"])).toMatchObject({ against: "127.0.0.1:9092", pid: 7 });
  });

  it("takes the folder of a Kafka release to compare with", () => {
    expect(readOptions(["--kafka-home", "kafka_2.13-4.3.1"])).toMatchObject({ kafkaHome: "kafka_2.13-4.3.1", versus: undefined });
  });

  it.each([
    [["--seconds", "0"]],
    [["--seconds", "x"]],
    [["--nonsense"]],
    [["--pin", "--engines"]],
    [["--pin", "--versus", "127.0.0.1:9092"]],
  ])("refuses %j", (args) => {
    expect(() => readOptions(args)).toThrow();
  });
});
