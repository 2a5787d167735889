import { type KitSettings, parseFlags, runProcess, type ServiceProcess, settingFields } from "@millrace/service-kit";
import type { GlobalOptions } from "../options.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";

/** Variables with Millrace's prefix that the command line reads, not a service. */
export const CLI_ENV: readonly string[] = ["MILLRACE_ADDRESS"];

export interface ServiceCommandOptions extends GlobalOptions {
  /** What the command line did not take for itself: settings. */
  readonly flags: readonly string[];
  readonly settings?: boolean;
  readonly settingsFile?: string;
}

/** `broker`, `coordinator`, `executor`: runs the service until it is stopped, as its own program would. */
export async function runServiceCommand(
  name: "broker" | "coordinator" | "executor",
  options: ServiceCommandOptions,
  world: CliWorld,
): Promise<void> {
  switch (name) {
    case "broker":
      return run((await import("@millrace/broker")).brokerProcess, options, world);
    case "coordinator":
      return run((await import("@millrace/coordinator")).coordinatorProcess, options, world);
    case "executor":
      return run((await import("@millrace/stream-executor")).executorProcess, options, world);
  }
}

async function run<T extends KitSettings>(service: ServiceProcess<T>, options: ServiceCommandOptions, world: CliWorld): Promise<void> {
  if (options.settings === true) return list(service, world);
  await runProcess(service, () => ({
    env: world.env,
    flags: { ...flagsTaken(options), ...parseFlags(options.flags) },
    ...(options.settingsFile === undefined ? {} : { file: options.settingsFile }),
    otherEnv: CLI_ENV,
  }));
}

/** Flags of a service that are options of every command, too, so that the command line has taken them. */
function flagsTaken({ tlsCaFile, tlsCertFile, tlsKeyFile, tlsPeerName }: GlobalOptions): Readonly<Record<string, string | undefined>> {
  return { "tls-ca-file": tlsCaFile, "tls-cert-file": tlsCertFile, "tls-key-file": tlsKeyFile, "tls-peer-name": tlsPeerName };
}

async function list<T extends KitSettings>(service: ServiceProcess<T>, world: CliWorld): Promise<void> {
  const rows = settingFields(service.schema).map((field) => {
    const values = field.allowed?.join("|") ?? field.type;
    return [`--${field.name}`, values, field.defaultValue === undefined ? "" : JSON.stringify(field.defaultValue), field.doc];
  });
  await world.write(table(["setting", "type", "default", "what it does"], rows));
}
