import type { ConfigChange } from "@millrace/client";
import type { ConfigAlterOptions } from "../commands/config.ts";
import { cliError } from "../errors.ts";
import type { GlobalOptions } from "../options.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

/** `config describe` */
export async function describeConfig(topic: string, options: GlobalOptions & { readonly all?: boolean }, world: CliWorld): Promise<void> {
  await withClient(options, world, async (client) => {
    const settings = await client.admin().describeTopicConfigs(topic);
    const shown = settings.filter(({ isSet }) => isSet || options.all === true);
    if (options.json === true) {
      for (const setting of shown) await world.write(jsonLine({ topic, ...setting }));
      return;
    }
    if (shown.length === 0) return world.note(`topic ${topic} has the defaults: --all shows them`);
    if (options.all !== true) {
      const rows = shown.map(({ name, value, defaultValue }) => [name, value, defaultValue]);
      return world.write(table(["setting", "value", "default"], rows));
    }
    const rows = shown.map(({ name, value, isSet, doc }) => [name, value, isSet ? "topic" : "default", doc]);
    await world.write(table(["setting", "value", "from", "what"], rows));
  });
}

/** `config alter` */
export async function alterConfig(topic: string, options: ConfigAlterOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const changes = changesOf(options);
  if (changes.length === 0)
    throw cliError("bad-argument", "say what changes: --set, --delete, --append or --subtract", { option: "--set" });
  const { dryRun = false } = options;
  await withClient(options, world, async (client) => {
    const { configs } = await client.admin().alterTopicConfigs(topic, changes, { validateOnly: dryRun });
    if (options.json === true) return world.write(jsonLine({ topic, configs, changed: !dryRun }));
    const names = new Set(changes.map(({ name }) => name));
    await world.write([...names].map((name) => `${name}=${configs[name] ?? "(default)"}\n`).join(""));
    if (dryRun) world.note("nothing has changed: without --dry-run it would");
  });
}

function changesOf({ set = {}, delete: deleted = [], append = {}, subtract = {} }: ConfigAlterOptions): readonly ConfigChange[] {
  const pairs = (operation: ConfigChange["operation"], values: Readonly<Record<string, string>>): ConfigChange[] =>
    Object.entries(values).map(([name, value]) => ({ operation, name, value }));
  const deletions = deleted.map((name): ConfigChange => ({ operation: "delete", name }));
  return [...pairs("set", set), ...deletions, ...pairs("append", append), ...pairs("subtract", subtract)];
}
