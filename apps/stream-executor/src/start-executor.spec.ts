import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { kitSettings, loadSettings, openServiceKit } from "@millrace/service-kit";
import { executorAppSchema } from "./settings.ts";
import { startExecutor } from "./start-executor.ts";

describe("startExecutor", () => {
  it("says why it is not ready while no coordinator answers, and stops all the same", async () => {
    const kit = await openServiceKit(loadSettings(kitSettings, { flags: { "admin-address": "127.0.0.1:0", "log-level": "silent" } }), {
      service: "test",
      version: "0",
    });
    const flags = { coordinators: "127.0.0.1:1", "data-dir": mkdtempSync(join(tmpdir(), "millrace-executor-")) };
    const executor = await startExecutor(loadSettings(executorAppSchema, { flags }), kit);
    kit.started();
    const response = await fetch(`http://${kit.adminAddress ?? ""}/readyz`);
    expect([response.status, await response.text()]).toEqual([503, "executor: not registered with a coordinator (127.0.0.1:1)\n"]);
    await executor.stop({ deadlineMs: 100 });
    await kit.close();
  });
});
