import { describe, expect, it } from "@jest/globals";
import { topicConfigs } from "./topic-configs.ts";

function check(
  overrides: Readonly<Record<string, string>>,
  replicaCount: number,
  expected: readonly [value: string, source: number],
): void {
  const found = topicConfigs(overrides, { replicaCount, internal: false }).find(({ name }) => name === "min.insync.replicas");
  expect([found?.value, found?.source]).toEqual(expected);
}

describe("topicConfigs", () => {
  it("says the min.insync.replicas that the broker goes by: the smaller of 2 and the replicas, unless set", () => {
    check({}, 1, ["1", 5]);
    check({}, 2, ["2", 5]);
    check({}, 3, ["2", 5]);
    check({ "min.insync.replicas": "1" }, 3, ["1", 1]);
  });
});
