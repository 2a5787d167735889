import { join } from "node:path";
import { isReady } from "../system/cluster.ts";
import { freePort } from "../system/free-port.ts";
import { ManagedProcess } from "../system/managed-process.ts";
import { CLI } from "../system/run-cli.ts";
import { nodeArgs } from "../system/sources.ts";

/** `millrace dev` with a Kafka listener on a free port. */
export interface CompatBroker {
  readonly address: string;
  readonly process: ManagedProcess;
}

export async function startBroker(folder: string, options: readonly string[] = []): Promise<CompatBroker> {
  const [kafkaPort, adminPort] = [await freePort(), await freePort()];
  const ports = ["--broker-port", "0", "--coordinator-port", "0", "--admin-port", String(adminPort), "--kafka-port", String(kafkaPort)];
  const dev = new ManagedProcess({
    name: "dev",
    program: process.execPath,
    args: nodeArgs(CLI, ["dev", "--data-dir", join(folder, "data"), ...ports, ...options]),
    logFile: join(folder, "dev.log"),
    isReady: () => isReady(`127.0.0.1:${adminPort}`),
  });
  await dev.start();
  return { address: `localhost:${kafkaPort}`, process: dev };
}
