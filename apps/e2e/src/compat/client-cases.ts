import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";
import { type Check, readChecks } from "./check-report.ts";
import type { CompatCase } from "./compat-case.ts";
import { tryCommand } from "./run-command.ts";
import { CLIENTS, installNode, installPython, PYTHON, requireProgram } from "./tool-cache.ts";

const SCRIPT_MS_MAX = 300_000;
const TUTORIAL_ADDRESS = "localhost:9092";
const TUTORIAL_MESSAGES = 10;

const FEATURES = ["codecs", "records", "groups", "transactions", "admin"] as const;

/** What each client is seen doing: client × feature, one script in the client's language each. */
export const CLIENT_CASES: readonly CompatCase[] = [
  { kind: "clients", client: "kafka-python", feature: "tutorial", prepare: installPython, run: tutorial },
  ...[...FEATURES, "errors"].map((feature) => python("kafka-python", feature)),
  ...[...FEATURES, "errors"].map((feature) => python("confluent-kafka", feature)),
  ...FEATURES.map((feature) => node("kafkajs", feature)),
  ...FEATURES.map((feature) => node("platformatic", feature)),
  {
    ...python("kcat", "kcat"),
    feature: "all",
    async prepare() {
      await requireProgram("kcat", "kcat (the Debian package of that name)");
      await installPython();
    },
  },
];

function python(client: string, feature: string): CompatCase {
  return {
    kind: "clients",
    client,
    feature,
    prepare: installPython,
    run: (address) => script(PYTHON, [join(client, `${feature}.py`), address]),
  };
}

function node(client: string, feature: string): CompatCase {
  return {
    kind: "clients",
    client,
    feature,
    prepare: installNode,
    run: (address) => script(process.execPath, [join(client, `${feature}.mjs`), address]),
  };
}

async function script(program: string, args: readonly string[]): Promise<readonly Check[]> {
  const ran = await tryCommand({ program, args, folder: CLIENTS, withinMs: SCRIPT_MS_MAX, env: { PYTHONPATH: CLIENTS } });
  return readChecks(ran.stdout, ran);
}

/** The files of examples/python as they are, but for the port: on their own broker, since they use the topic's name that a tutorial has. */
async function tutorial(address: string): Promise<readonly Check[]> {
  for (const file of ["producer.py", "consumer.py"]) {
    const text = await readFile(inCheckout(`examples/python/${file}`), "utf8");
    await writeFile(join(CLIENTS, file), text.replace(TUTORIAL_ADDRESS, address));
  }
  const run = (file: string, linesWanted?: number) =>
    tryCommand({
      program: PYTHON,
      args: [file],
      folder: CLIENTS,
      withinMs: SCRIPT_MS_MAX,
      ...(linesWanted === undefined ? {} : { linesWanted }),
    });
  const produced = await run("producer.py");
  if (!produced.ok) return [{ name: "producer.py", error: produced.what, seconds: 0 }];
  const consumed = await run("consumer.py", TUTORIAL_MESSAGES);
  const expected = Array.from({ length: TUTORIAL_MESSAGES }, (_, number) => `test_topic-0@${number}: {'number': ${number}}`).join("\n");
  const error = !consumed.ok
    ? consumed.what
    : consumed.stdout.trimEnd() === expected
      ? null
      : `it printed something else:\n${consumed.stdout}`;
  return [
    { name: "examples/python/producer.py", error: null, seconds: 0 },
    { name: "examples/python/consumer.py", error, seconds: 0 },
  ];
}
