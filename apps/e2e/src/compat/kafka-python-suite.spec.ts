import { describe, expect, it } from "@jest/globals";
import { pytestTests } from "./kafka-python-suite.ts";

describe("pytestTests", () => {
  it("takes tests that ran, with the reason and the time of each", () => {
    const output = [
      "test/integration/test_admin.py::test_topics PASSED              [  3%]",
      "test/integration/test_admin.py::test_acls FAILED                [  6%]",
      "test/integration/test_admin.py::test_old SKIPPED (needs 0.9)    [  9%]",
      "test/integration/test_consumer.py::test_codec[gzip] ERROR       [ 12%]",
      "1.50s call     test/integration/test_admin.py::test_topics",
      "FAILED test/integration/test_admin.py::test_acls - kafka.errors.IncompatibleBrokerVersion: [Error 35]",
    ].join("\n");
    expect(pytestTests(output)).toEqual([
      { name: "test_topics", error: null, seconds: 1.5 },
      { name: "test_acls", error: "kafka.errors.IncompatibleBrokerVersion: [Error 35]", seconds: 0 },
      { name: "test_codec[gzip]", error: "ERROR", seconds: 0 },
    ]);
  });
});
