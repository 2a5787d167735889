import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../system/free-port.ts";
import { ManagedProcess } from "../system/managed-process.ts";
import { isReady } from "../system/cluster.ts";
import { CLI } from "../system/run-cli.ts";
import { nodeArgs } from "../system/sources.ts";
import { CLIENT_CASES, installClients } from "./clients.ts";

/** Runs foreign clients against `millrace dev`; the exit code is the number of those that failed. Needs Python 3, npm and their registries. */
async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-compat-"));
  const clients = await installClients(folder);
  const [kafkaPort, adminPort] = [await freePort(), await freePort()];
  const ports = ["--broker-port", "0", "--coordinator-port", "0", "--admin-port", String(adminPort), "--kafka-port", String(kafkaPort)];
  const dev = new ManagedProcess({
    name: "dev",
    program: process.execPath,
    args: nodeArgs(CLI, ["dev", "--data-dir", join(folder, "data"), ...ports]),
    logFile: join(folder, "dev.log"),
    isReady: () => isReady(`127.0.0.1:${adminPort}`),
  });
  let failures = 0;
  await dev.start();
  try {
    for (const client of CLIENT_CASES) {
      const startMs = performance.now();
      try {
        await client.run(clients, `localhost:${kafkaPort}`);
        process.stdout.write(`passed  ${client.name}  ${((performance.now() - startMs) / 1_000).toFixed(1)} s\n`);
      } catch (error) {
        failures++;
        process.stdout.write(`FAILED  ${client.name}\n${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  } finally {
    await dev.stop();
  }
  if (failures === 0) await rm(folder, { recursive: true, force: true });
  else process.stdout.write(`logs and data: ${folder}\n`);
  return failures;
}

process.exitCode = await main();
