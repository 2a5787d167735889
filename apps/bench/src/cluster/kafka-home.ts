import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { AppError } from "@millrace/model";
import { onServerCores } from "../measure/pin.ts";
import { type DevCluster, kafkaServer } from "./dev-cluster.ts";

/** Of Kafka's own start scripts. */
const JAVA_OPTIONS = ["-server", "-Xms1G", "-Xmx1G", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35"];
const STARTED = "Kafka Server started";
/** Any 16 bytes in base64. */
const CLUSTER_ID = "AAAAAAAAAAAAAAAAAAAAAQ";

/** Apache Kafka from a folder with its `libs`, on a fresh store: one node, its defaults, but that files of deleted topics go at once, so that no run pays for the one before. */
export async function startKafka(home: string, temporaryRoot: string): Promise<DevCluster & { readonly name: string }> {
  const libs = join(home, "libs");
  const jar = (existsSync(libs) ? readdirSync(libs) : []).find((file) => /^kafka_\d[^-]*-.*\.jar$/.test(file));
  if (jar === undefined)
    throw kafkaError("kafka-not-found", `${libs} has no kafka_*.jar: --kafka-home takes the folder of a Kafka release`);
  const folder = mkdtempSync(join(temporaryRoot, "kafka-"));
  const [port, controllerPort] = [await freePort(), await freePort()];
  writeFileSync(join(folder, "server.properties"), propertiesOf(folder, port, controllerPort));
  writeFileSync(join(folder, "log4j2.xml"), LOGGING);
  const classPath = ["-cp", join(libs, "*"), `-Dlog4j2.configurationFile=${join(folder, "log4j2.xml")}`];
  const config = join(folder, "server.properties");
  execFileSync("java", [...classPath, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", config], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [program, args] = onServerCores("java", [...JAVA_OPTIONS, ...classPath, "kafka.Kafka", config]);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(child.kill("SIGKILL") ? 1 : 0)); // it would go on by itself
  const startedMs = performance.now();
  await started(child);
  const version = /-([\d.]+)\.jar$/.exec(jar)?.[1] ?? "";
  return {
    ...kafkaServer(`127.0.0.1:${port}`, child.pid),
    name: `Apache Kafka ${version}, KRaft, one node, its defaults, heap 1 GB`,
    readyMs: performance.now() - startedMs,
    stop: async () => {
      const exited = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null && child.signalCode === null && child.kill("SIGTERM")) await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function propertiesOf(folder: string, port: number, controllerPort: number): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${join(folder, "data")}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.segment.delete.delay.ms=1000
`;
}

const LOGGING = `<Configuration status="WARN">
  <Appenders><Console name="C" target="SYSTEM_OUT"><PatternLayout pattern="%p %m%n"/></Console></Appenders>
  <Loggers><Root level="INFO"><AppenderRef ref="C"/></Root></Loggers>
</Configuration>
`;

async function started({ stdout }: ChildProcess): Promise<void> {
  const last: string[] = [];
  if (stdout !== null) {
    const lines = createInterface({ input: stdout });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    // Goes on reading for as long as the server writes: a full pipe would hold it up.
    lines.on("line", (line) => {
      last.push(line);
      if (last.length > LINES_KEPT) last.shift();
      if (line.includes(STARTED)) resolve(true);
    });
    lines.once("close", () => resolve(false));
    if (await promise) return;
  }
  throw kafkaError("kafka-not-started", `Kafka ended before it was ready: ${last.join("; ")}`);
}

const LINES_KEPT = 5;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function kafkaError(code: string, message: string): AppError {
  return new AppError({ kind: "unavailable", code, message });
}
