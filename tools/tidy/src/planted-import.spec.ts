import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { asRecord } from "./project.ts";

// The boundaries rule passes silently when it finds no project graph, so lint itself is tested: forbidden imports are planted
// into the text of a file (never onto the disk) and must be refused, by the rule that is there for them.
const root = join(import.meta.dirname, "../../..");
const lintWaitMsMax = 120_000;
const env = { ...process.env, NX_DAEMON: "false", NX_TUI: "false" };

/** Rules that complain about `text` in the place of the file at `path`. */
function rulesBrokenBy(path: string, text: string): readonly string[] {
  const args = ["node_modules/eslint/bin/eslint.js", "--format=json", "--stdin", "--stdin-filename", path];
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, env, input: text, encoding: "utf8" });
  const results: unknown = JSON.parse(stdout);
  const messages = asRecord(Array.isArray(results) ? results[0] : undefined).messages;
  return Array.isArray(messages) ? messages.map((message: unknown) => String(asRecord(message).ruleId)) : [];
}

function check(path: string, text: string, rule: string): void {
  expect(rulesBrokenBy(path, text)).toContain(rule);
}

describe("lint of a planted import", () => {
  beforeAll(() => {
    spawnSync(process.execPath, ["node_modules/.bin/nx", "show", "projects"], { cwd: root, env }); // Writes the graph the rule reads.
  }, lintWaitMsMax);

  it.each([
    [
      "an adapter in base",
      "libs/model/src/index.ts",
      'export { createGrpcTransport as x } from "@millrace/rpc";',
      "@nx/enforce-module-boundaries",
    ],
    ["an npm package in base", "libs/model/src/index.ts", 'export { Redis } from "ioredis";', "@nx/enforce-module-boundaries"],
    ["Node's modules in base", "libs/model/src/index.ts", 'export { readFileSync } from "node:fs";', "no-restricted-imports"],
    [
      "an engine of another scope",
      "libs/broker-node/src/index.ts",
      'export * as x from "@millrace/dataflow";',
      "@nx/enforce-module-boundaries",
    ],
    ["gRPC in a service", "libs/broker-node/src/index.ts", 'export * as x from "@grpc/grpc-js";', "@nx/enforce-module-boundaries"],
    ["the test kit outside specs", "libs/client/src/index.ts", 'export * as x from "@millrace/testkit";', "no-restricted-imports"],
    ["a clock in an engine", "libs/log-engine/src/index.ts", "export const now = Date.now();", "no-restricted-properties"],
    ["a timer in an engine", "libs/log-engine/src/index.ts", "export const timer = setTimeout(String, 1);", "no-restricted-globals"],
  ])(
    "refuses %s",
    (_, path, text, rule) => {
      check(path, `${text}\n`, rule);
    },
    lintWaitMsMax,
  );

  it(
    "accepts the same file without it",
    () => {
      expect(rulesBrokenBy("libs/model/src/index.ts", 'export { assert } from "@millrace/stdx";\n')).toEqual([]);
    },
    lintWaitMsMax,
  );
});
