import { describe, expect, it } from "@jest/globals";
import { readChecks } from "./check-report.ts";

const GOOD = { ok: true, what: "exit 0" };

describe("readChecks", () => {
  it("takes the lines that are checks and leaves a client's chatter", () => {
    const printed = '%3|warning\n{"check": "a", "error": null, "seconds": 1.5}\n{"level": "info"}\n{"check": "b", "error": "no"}\n{broken';
    expect(readChecks(printed, GOOD)).toEqual([
      { name: "a", error: null, seconds: 1.5 },
      { name: "b", error: "no", seconds: 0 },
    ]);
  });

  it("fails a script that reports nothing", () => {
    expect(readChecks("all well", GOOD)[0]?.error).toContain("no check");
  });

  it("fails a script that ends badly after checks that passed", () => {
    const checks = readChecks('{"check": "a", "error": null}', { ok: false, what: "SIGKILL" });
    expect(checks.map(({ error }) => error)).toEqual([null, "SIGKILL"]);
  });
});
