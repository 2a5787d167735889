import { describe, expect, it } from "@jest/globals";
import { goTests } from "./suite-cases.ts";

describe("goTests", () => {
  it("takes top-level tests that ran, with what a failed one said before", () => {
    const output = [
      "=== RUN   TestTxnEtl",
      "    txn_test.go:12: saw double offset",
      "--- FAIL: TestTxnEtl (1.50s)",
      "--- SKIP: TestShare (0.00s)",
      "    --- PASS: TestGroup/sticky (0.10s)",
      "--- PASS: TestGroup (2.00s)",
    ].join("\n");
    expect(goTests(output)).toEqual([
      { name: "TestTxnEtl", error: "=== RUN   TestTxnEtl\n    txn_test.go:12: saw double offset", seconds: 1.5 },
      { name: "TestGroup", error: null, seconds: 2 },
    ]);
  });
});
