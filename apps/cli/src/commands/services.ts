import { type Command, Option } from "commander";
import { wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

/** Options of `dev`. */
export interface DevOptions {
  readonly dataDir: string;
  readonly host: string;
  readonly brokerPort: number;
  readonly kafkaPort?: number | "off";
  readonly coordinatorPort: number;
  readonly adminPort: number;
  readonly workers: number;
  readonly stateMemoryMb: number;
  /** Of topics that name no number, those made on first use among them. */
  readonly partitions?: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

/** `millrace dev`, and each service on its own. */
export function addServiceCommands(program: Command, world: CliWorld): void {
  addDev(program, world);
  addService(program, world, { name: "broker", what: "stores partitions and serves clients" });
  addService(program, world, { name: "coordinator", what: "decides who leads what and plans jobs; one is active, others stand by" });
  addService(program, world, { name: "executor", what: "runs the workers of jobs" });
}

function addDev(program: Command, world: CliWorld): void {
  const port = wholeNumber(0, 65_535);
  const dev = program
    .command("dev")
    .summary("run a whole cluster in this terminal")
    .description(
      "Runs coordinator, broker and executor in one process, on an embedded store: nothing to install but Node.js. Ctrl-C stops it; its data stays.",
    )
    .option("-d, --data-dir <folder>", "where everything is kept", ".millrace")
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--broker-port <port>", "gRPC port of the broker; 0 takes a free one", port, 9190)
    .option("--kafka-port <port>", "port for Kafka clients (default: 9092); 0 takes a free one, off has none", kafkaPort)
    .option("--coordinator-port <port>", "gRPC port of the coordinator; 0 takes a free one", port, 9191)
    .option("--admin-port <port>", "port of /metrics, /livez and /readyz; 0 takes a free one", port, 9464)
    .option("--partitions <count>", "partitions of a topic that names no number (default: 1)", wholeNumber(1, 100_000))
    .option("--workers <count>", "worker processes that a job may have", wholeNumber(1, 64), 1)
    .option("--state-memory-mb <MiB>", "memory for keyed state of one job; what is beyond goes to disk", wholeNumber(1, 1_048_576), 512)
    .addOption(
      new Option("--log-level <level>", "least serious log lines to write").choices(["debug", "info", "warn", "error"]).default("warn"),
    );
  onRun<DevOptions>(dev, async (_, options) => {
    await (await import("../actions/dev.ts")).dev(options, world);
  });
  examples(dev, [
    "millrace dev",
    "millrace dev --data-dir /tmp/try --workers 2",
    "millrace dev --broker-port 0 --coordinator-port 0 --admin-port 0 --json",
  ]);
}

function kafkaPort(text: string): number | "off" {
  return text === "off" || text === "-1" ? "off" : wholeNumber(0, 65_535)(text);
}

function addService(
  program: Command,
  world: CliWorld,
  service: { readonly name: "broker" | "coordinator" | "executor"; readonly what: string },
): void {
  const { name, what } = service;
  const command = program
    .command(name)
    .summary(`run a ${name}: ${what}`)
    .description(
      `Runs a ${name}, which ${what}. Settings come from flags, environment variables (MILLRACE_ and the flag's name) and a settings file, in this order; --settings lists them.`,
    )
    .option("--settings", "list every setting with its default, and end")
    .option("--settings-file <path>", "JSON file with settings")
    .argument("[flags...]", "--setting-name value …")
    .allowUnknownOption();
  onRun<{ readonly settings?: boolean; readonly settingsFile?: string }, readonly [readonly string[]]>(
    command,
    async ([flags], options) => {
      await (await import("../actions/services.ts")).runServiceCommand(name, { ...options, flags }, world);
    },
  );
  const more = {
    broker: ["millrace broker --broker-id 1 --data-folder /var/lib/millrace --coordinators coordinator-0:9191"],
    coordinator: ["millrace coordinator --store redis://redis:6379"],
    executor: ["millrace executor --executor-id executor-0 --coordinators coordinator-0:9191 --worker-slots 4"],
  };
  examples(command, [...more[name], `millrace ${name} --settings`]);
}
