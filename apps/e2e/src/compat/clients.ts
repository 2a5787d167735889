import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";
import { type Command, runCommand } from "./run-command.ts";

/** Foreign clients, installed for one run into a folder of their own. */
export interface ForeignClients {
  readonly python: string;
  readonly folder: string;
}

const INSTALL_MS_MAX = 300_000;
const RUN_MS_MAX = 180_000;
const TUTORIAL_ADDRESS = "localhost:9092";
const MESSAGES = 10;

/** Installs the pinned releases from their registries. */
export async function installClients(parent: string): Promise<ForeignClients> {
  const folder = join(parent, "clients");
  await cp(inCheckout("apps/e2e/src/compat/clients"), folder, { recursive: true });
  const install = (program: string, args: readonly string[]): Promise<string> =>
    runCommand({ program, args, folder, withinMs: INSTALL_MS_MAX });
  await install("python3", ["-m", "venv", "venv"]);
  const python = join(folder, "venv/bin/python");
  await install(python, ["-m", "pip", "install", "--quiet", "-r", "requirements.txt"]);
  await install("npm", ["install", "--silent", "--no-audit", "--no-fund"]);
  return { python, folder };
}

/** A client under test: throws with its output if anything was not as it should be. */
export interface ClientCase {
  readonly name: string;
  run(clients: ForeignClients, address: string): Promise<unknown>;
}

/** Every client, and what it does with the broker. */
export const CLIENT_CASES: readonly ClientCase[] = [
  { name: "kafka-python: the tutorial's producer and consumer", run: tutorial },
  {
    name: "confluent-kafka: codecs, groups, transactions, fencing",
    run: (clients, address) => run(clients, { program: clients.python, args: ["confluent.py", address] }),
  },
  {
    name: "kafkajs: admin, codecs, group",
    run: (clients, address) => run(clients, { program: process.execPath, args: ["kafkajs.mjs", address] }),
  },
  {
    name: "@platformatic/kafka: admin, group",
    run: (clients, address) => run(clients, { program: process.execPath, args: ["platformatic.mjs", address] }),
  },
];

function run({ folder }: ForeignClients, command: Pick<Command, "program" | "args" | "linesWanted">): Promise<string> {
  return runCommand({ ...command, folder, withinMs: RUN_MS_MAX });
}

/** The files of examples/python as they are, but for the port. */
async function tutorial(clients: ForeignClients, address: string): Promise<void> {
  for (const file of ["producer.py", "consumer.py"]) {
    const text = await readFile(inCheckout(`examples/python/${file}`), "utf8");
    await writeFile(join(clients.folder, file), text.replace(TUTORIAL_ADDRESS, address));
  }
  await run(clients, { program: clients.python, args: ["producer.py"] });
  const printed = await run(clients, { program: clients.python, args: ["consumer.py"], linesWanted: MESSAGES });
  const expected = Array.from({ length: MESSAGES }, (_, number) => `test_topic-0@${number}: {'number': ${number}}`);
  if (printed.trimEnd() !== expected.join("\n")) throw new Error(`the consumer printed something else:\n${printed}`);
}
