// Run before the broker in its pod (an init container): writes the settings that only the running pod knows. See discovery.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { formatError } from "@millrace/service-kit";
import { discoverSettings } from "./discovery.ts";

try {
  const { DISCOVER_FROM = "/etc/millrace/settings.json", DISCOVER_TO = "/run/millrace/settings.json" } = process.env;
  const settings = JSON.parse(readFileSync(DISCOVER_FROM, "utf8")) as Record<string, unknown>;
  writeFileSync(DISCOVER_TO, JSON.stringify({ ...settings, ...(await discoverSettings(process.env)) }));
} catch (error) {
  process.stderr.write(`${formatError(error)}\n`);
  process.exitCode = 1;
}
