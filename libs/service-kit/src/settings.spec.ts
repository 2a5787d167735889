import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { z } from "zod";
import { settingsTable } from "./setting-schema.ts";
import { loadSettings, type SettingSources } from "./settings.ts";

const schema = z.object({
  brokerId: z.int().min(0).default(0).describe("Id of this broker."),
  coordinators: z.array(z.string()).default(["localhost:9191"]),
  flush: z.enum(["ack", "interval"]).default("ack"),
  isReadOnly: z.boolean().default(false),
  redisUrl: z.url().optional(),
  log: z.object({ segmentBytes: z.int().default(1024) }).prefault({}),
});

function check(sources: SettingSources, expected: unknown): void {
  expect(loadSettings(schema, sources)).toMatchObject(expected as object);
}

function checkFails(sources: SettingSources, expected: { code: string; text: RegExp }): void {
  let caught: unknown;
  try {
    loadSettings(schema, sources);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(AppError);
  expect(caught).toMatchObject({ kind: "invalid", code: expected.code });
  expect(String(caught)).toMatch(expected.text);
}

describe("loadSettings", () => {
  it("takes defaults where nothing is set", () => {
    check({}, { brokerId: 0, coordinators: ["localhost:9191"], flush: "ack", isReadOnly: false, log: { segmentBytes: 1024 } });
  });

  it("lets flags win over the environment, and that over the file", () => {
    const file = join(mkdtempSync(join(tmpdir(), "millrace-settings-")), "settings.json");
    writeFileSync(file, JSON.stringify({ brokerId: 1, flush: "interval", log: { segmentBytes: 1 } }));
    const env = { MILLRACE_BROKER_ID: "2", MILLRACE_LOG_SEGMENT_BYTES: "2_000", PATH: "/bin" };
    check({ file, env, flags: { "broker-id": 3, flush: undefined } }, { brokerId: 3, flush: "interval", log: { segmentBytes: 2000 } });
    check({ env: { ...env, MILLRACE_SETTINGS_FILE: file } }, { brokerId: 2, flush: "interval" });
  });

  it("reads text as the type that the schema says", () => {
    const env = { MILLRACE_IS_READ_ONLY: "true", MILLRACE_COORDINATORS: "a:1, b:2" };
    check({ env, flags: { "broker-id": "7" } }, { isReadOnly: true, coordinators: ["a:1", "b:2"], brokerId: 7 });
  });

  it("names the nearest known setting for an unknown one", () => {
    checkFails(
      { env: { MILLRACE_BROKER_IDD: "1" } },
      { code: "unknown-setting", text: /setting=MILLRACE_BROKER_IDD nearest=MILLRACE_BROKER_ID/ },
    );
    checkFails({ flags: { "brokr-id": "1" } }, { code: "unknown-setting", text: /setting=--brokr-id nearest=--broker-id/ });
    checkFails(
      { env: { MILLRACE_XYZZY_PLUGH: "1" } },
      { code: "unknown-setting", text: /see the settings page.*setting=MILLRACE_XYZZY_PLUGH$/ },
    );
  });

  it("names value and allowed values for a wrong one", () => {
    checkFails(
      { env: { MILLRACE_FLUSH: "often" } },
      { code: "invalid-setting", text: /setting=flush \(MILLRACE_FLUSH\) value=often allowed=ack, interval/ },
    );
    checkFails(
      { env: { MILLRACE_BROKER_ID: "one" } },
      { code: "invalid-setting", text: /setting=MILLRACE_BROKER_ID value=one allowed=a number/ },
    );
    checkFails({ flags: { "broker-id": -1 } }, { code: "invalid-setting", text: /setting=broker-id \(MILLRACE_BROKER_ID\) value=-1/ });
    checkFails({ env: { MILLRACE_REDIS_URL: "://bob:secret@host" } }, { code: "invalid-setting", text: /value=:\/\/\*\*\*@host/ });
  });

  it("refuses a file with an unknown key or without JSON", () => {
    const file = join(mkdtempSync(join(tmpdir(), "millrace-settings-")), "settings.json");
    writeFileSync(file, JSON.stringify({ brokerID: 1 }));
    checkFails({ file }, { code: "unknown-setting", text: /setting=brokerID nearest=brokerId/ });
    writeFileSync(file, "{");
    checkFails({ file }, { code: "invalid-setting", text: /is not JSON/ });
  });

  it("passes over variables that Kubernetes adds for services, and those of others", () => {
    const env = {
      MILLRACE_BROKER_SERVICE_HOST: "10.0.0.1",
      MILLRACE_BROKER_PORT: "tcp://10.0.0.1:9190",
      MILLRACE_BROKER_PORT_9190_TCP_ADDR: "10.0.0.1",
    };
    check({ env: { ...env, MILLRACE_DATA_DIR: "x" }, otherEnv: ["MILLRACE_DATA_DIR"] }, { brokerId: 0 });
  });
});

describe("settingsTable", () => {
  it("has a row for each setting, nested ones with joined names", () => {
    const table = settingsTable(schema);
    expect(table).toContain("| `--broker-id` | `MILLRACE_BROKER_ID` | number | `0` | Id of this broker. |");
    expect(table).toContain('| `--flush` | `MILLRACE_FLUSH` | ack \\| interval | `"ack"` |  |');
    expect(table).toContain("`--log-segment-bytes` | `MILLRACE_LOG_SEGMENT_BYTES` | number | `1024`");
  });
});
