import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Admin } from "@platformatic/kafka";

export interface TemporaryKafka {
  /** host:port for Kafka clients. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Another cluster: a Millrace of its own in a process of its own, which clients know by Kafka's protocol only. */
export async function startTemporaryKafka(): Promise<TemporaryKafka> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-kafka-"));
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const flags = ["--kafka-port", "--broker-port", "--coordinator-port", "--admin-port"].flatMap((flag, i) => [flag, String(ports[i])]);
  const cli = join(import.meta.dirname, "../../../apps/cli/src/main.ts");
  const args = ["--conditions=@millrace/source", cli, "dev", "--data-dir", join(folder, "data"), ...flags, "--log-level", "warn"];
  const server = spawn(process.execPath, args, { stdio: "ignore" });
  const address = `localhost:${ports[0]}`;
  await untilItAnswers(address, server);
  return {
    address,
    async stop() {
      const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
      server.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(address: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt++) {
    if (server.exitCode !== null) throw new Error(`millrace dev ended with code ${server.exitCode}`);
    const admin = new Admin({ clientId: "probe", bootstrapBrokers: [address], retries: 0, timeout: 5_000 });
    try {
      await admin.listTopics();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 250));
    } finally {
      await admin.close();
    }
  }
  throw new Error("millrace dev did not answer within 30 s");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
