import { join } from "node:path";
import { isReady } from "./cluster.ts";
import { freePort } from "./free-port.ts";
import { ManagedProcess } from "./managed-process.ts";
import { CLI } from "./run-cli.ts";
import { nodeArgs } from "./sources.ts";

/** `millrace dev` with a data folder and ports of its own, the same in each of its lives. */
export interface DevProcess {
  readonly process: ManagedProcess;
  /** host:port of its broker. */
  readonly address: string;
  /** host:port for Kafka clients. */
  readonly kafkaAddress: string;
  readonly dataDir: string;
}

export async function createDevProcess(folder: string): Promise<DevProcess> {
  const [brokerPort, coordinatorPort, adminPort, kafkaPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const ports = [
    "--kafka-port",
    String(kafkaPort),
    "--broker-port",
    String(brokerPort),
    "--coordinator-port",
    String(coordinatorPort),
    "--admin-port",
    String(adminPort),
  ];
  const dataDir = join(folder, "data");
  const process_ = new ManagedProcess({
    name: "dev",
    program: process.execPath,
    args: nodeArgs(CLI, ["dev", "--data-dir", dataDir, ...ports, "--log-level", "info"]),
    logFile: join(folder, "dev.log"),
    isReady: () => isReady(`127.0.0.1:${adminPort}`),
  });
  return { process: process_, address: `127.0.0.1:${brokerPort}`, kafkaAddress: `localhost:${kafkaPort}`, dataDir };
}
