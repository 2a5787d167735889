import { join, resolve } from "node:path";
import { brokerAppSchema, startBroker } from "@millrace/broker";
import { coordinatorAppSchema, startCoordinator } from "@millrace/coordinator";
import { AppError } from "@millrace/model";
import { type KitSettings, NO_TLS, openServiceKit, type RunningService, runService, VERSION } from "@millrace/service-kit";
import { executorAppSchema, startExecutor } from "@millrace/stream-executor";
import type { DevOptions } from "../commands/services.ts";
import { DEV_DRAIN_MS, DEV_READY_MS } from "../limits.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { showingJobOutput } from "./job-output.ts";

/** `dev`: the three services in this process, on the embedded store, talking over the same calls as on many machines. */
export async function dev(options: DevOptions & GlobalOptions, world: CliWorld): Promise<void> {
  await runService({
    start: async () => {
      const cluster = await startCluster(options, world);
      const seconds = world.monotonicMs() / 1_000; // since the process began
      const { broker, kafka, coordinator, metrics, dataDir } = cluster.addresses;
      if (options.json === true)
        await world.write(jsonLine({ broker, kafka, coordinator, metrics, dataDir, seconds: Number(seconds.toFixed(3)) }));
      else await world.write(readyText(cluster.addresses, { seconds, options, world }));
      return cluster;
    },
  });
}

interface Addresses {
  readonly broker: string;
  /** undefined: no Kafka listener. */
  readonly kafka: string | undefined;
  readonly coordinator: string;
  readonly metrics: string;
  readonly dataDir: string;
}

interface Cluster extends RunningService {
  readonly addresses: Addresses;
}

/** Started in order of need, stopped in reverse; what has been started is stopped again when the rest cannot start. */
async function startCluster(options: DevOptions & GlobalOptions, world: CliWorld): Promise<Cluster> {
  const { host, logLevel } = options;
  const dataDir = resolve(world.folder, options.dataDir);
  const kitSettings: KitSettings = {
    logLevel,
    logFormat: "auto",
    adminAddress: `${host}:${options.adminPort}`,
    otlpEndpoint: "",
    ...NO_TLS,
    drainMs: DEV_DRAIN_MS,
  };
  const ownKit = await openServiceKit(kitSettings, { service: "millrace-dev", version: VERSION });
  const kit = showingJobOutput(ownKit, { world, asJson: options.json === true });
  const started: Pick<RunningService, "stop">[] = [{ stop: () => kit.close() }];
  const stop = async (how: { deadlineMs: number }): Promise<void> => {
    for (const service of started.toReversed()) await service.stop(how);
  };
  try {
    const coordinator = await startCoordinator(
      coordinatorAppSchema.parse({
        ...kitSettings,
        store: `embedded:${join(dataDir, "coordination")}`,
        listenAddress: `${host}:${options.coordinatorPort}`,
        ...(options.partitions === undefined ? {} : { partitionsDefault: options.partitions }),
      }),
      kit,
    );
    started.push(coordinator);
    const coordinators = [coordinator.address];
    const broker = await startBroker(
      brokerAppSchema.parse({
        ...kitSettings,
        dataFolder: join(dataDir, "broker"),
        listenAddress: `${host}:${options.brokerPort}`,
        kafkaListenAddress: kafkaAddressOf(options),
        autoCreateTopics: true,
        groupInitialRebalanceDelayMs: 0,
        coordinators,
      }),
      kit,
    );
    started.push(broker);
    const executor = await startExecutor(
      executorAppSchema.parse({
        ...kitSettings,
        ...{ coordinators, host, dataDir: join(dataDir, "executor") },
        ...{ workerSlots: options.workers, stateMemoryMb: options.stateMemoryMb },
      }),
      kit,
    );
    started.push(executor);
    await within(Promise.all([broker.ready(), executor.registered]), broker.failed);
    kit.started();
    const addresses = {
      broker: broker.address,
      kafka: broker.kafkaAddress,
      coordinator: coordinator.address,
      metrics: `http://${kit.adminAddress ?? ""}/metrics`,
      dataDir,
    };
    return { addresses, stop, drainMs: DEV_DRAIN_MS, ...(broker.failed === undefined ? {} : { failed: broker.failed }) };
  } catch (error) {
    await stop({ deadlineMs: 0 });
    throw error;
  }
}

async function within(ready: Promise<unknown>, failed: Promise<never> | undefined): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const message = "the services of this process did not find each other in time: see the log lines above";
    late.reject(new AppError({ kind: "unavailable", code: "cluster-not-started", message, context: { ms: DEV_READY_MS } }));
  }, DEV_READY_MS);
  try {
    await Promise.race([ready, late.promise, ...(failed === undefined ? [] : [failed])]);
  } finally {
    clearTimeout(timer);
  }
}

const DEFAULT_BROKER_PORT = 9190;
const DEFAULT_KAFKA_PORT = 9092;

/** Without an option: Kafka's own port, or a free one beside a broker that is not on its own port either. `localhost` listens on IPv4 and IPv6, as Kafka clients try both. */
function kafkaAddressOf({ host, brokerPort, kafkaPort }: DevOptions): string {
  if (kafkaPort === "off") return "off";
  const port = kafkaPort ?? (brokerPort === DEFAULT_BROKER_PORT ? DEFAULT_KAFKA_PORT : 0);
  return `${host === "127.0.0.1" ? "localhost" : host}:${port}`;
}

function readyText(
  addresses: Addresses,
  { seconds, options, world }: { readonly seconds: number; readonly options: DevOptions; readonly world: CliWorld },
): string {
  const millrace = world.env["npm_lifecycle_event"] === undefined ? "millrace" : "npm run -s millrace --";
  const port = Number(addresses.broker.split(":").at(-1));
  const address = port === DEFAULT_BROKER_PORT ? "" : ` --address ${addresses.broker}`;
  return [
    `Millrace ${VERSION} is ready, after ${seconds.toFixed(1)} s`,
    "",
    `  broker       ${addresses.broker}`,
    ...(addresses.kafka === undefined ? [] : [`  kafka        ${addresses.kafka}`]),
    `  coordinator  ${addresses.coordinator}`,
    `  metrics      ${addresses.metrics}`,
    `  data         ${addresses.dataDir}`,
    "",
    "Try, in another terminal:",
    "",
    `  ${millrace} topic create lines --partitions 3${address}`,
    `  echo "to be or not to be" | ${millrace} produce lines${address}`,
    `  ${millrace} consume lines --from-beginning${address}`,
    `  ${millrace} topic create counts${address}`,
    `  ${millrace} job submit examples/jobs/word-count.ts${address}`,
    `  ${millrace} consume counts --from-beginning --follow --key-separator " "${address}`,
    "",
    `Ctrl-C stops it; the data stays in ${options.dataDir}.`,
    "",
  ].join("\n");
}
