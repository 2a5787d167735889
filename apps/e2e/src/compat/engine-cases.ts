import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inCheckout } from "../system/sources.ts";
import { type Check, readChecks } from "./check-report.ts";
import type { CompatCase } from "./compat-case.ts";
import { tryCommand } from "./run-command.ts";
import { CACHE, CLIENTS, install, installPython, once, PYTHON, requireProgram } from "./tool-cache.ts";

const SOURCES = inCheckout("apps/e2e/src/compat/engines");
const ENGINE_MS_MAX = 400_000;
const SPARK = "pyspark==4.2.0";
const SPARK_PYTHON = join(CACHE, "venv-spark/bin/python");

type Stack = "kafka" | "kafka-3.9" | "flink" | "spark";

/** What runs on the JVM: by `npm run compat -- engines`, since they take minutes. */
export const ENGINE_CASES: readonly CompatCase[] = [
  java({ feature: "kafka-clients-4.3", stack: "kafka", sources: "java", main: "Clients", args: ["consumer"] }),
  java({ feature: "kafka-clients-3.9", stack: "kafka-3.9", sources: "java", main: "Clients", args: ["classic"] }),
  java({ feature: "streams", stack: "kafka", sources: "java", main: "StreamsWordCount", args: [] }),
  {
    ...engine("connect"),
    async prepare() {
      await Promise.all([classpathOf("kafka"), installPython()]);
    },
    run: (address) => inFolder(async (folder) => python(PYTHON, ["connect.py", address, await classpathOf("kafka"), folder])),
  },
  java({ feature: "flink", stack: "flink", sources: "java-flink", main: "FlinkCopy", args: [] }),
  {
    ...engine("spark"),
    async prepare() {
      await Promise.all([classpathOf("spark"), installPython()]);
      await once("spark-python", SPARK, async () => {
        await install("python3", ["-m", "venv", "venv-spark"]);
        await install(SPARK_PYTHON, ["-m", "pip", "install", "--quiet", SPARK]);
      });
    },
    run: (address) => inFolder((folder) => python(SPARK_PYTHON, ["spark.py", address, jarsOf("spark"), folder])),
  },
];

function engine(feature: string): Pick<CompatCase, "kind" | "client" | "feature"> {
  return { kind: "engines", client: "java", feature };
}

function java(of: {
  readonly feature: string;
  readonly stack: Stack;
  readonly sources: string;
  readonly main: string;
  readonly args: readonly string[];
}): CompatCase {
  return {
    ...engine(of.feature),
    async prepare() {
      await classpathOf(of.stack);
    },
    async run(address) {
      const jars = await classpathOf(of.stack);
      const classes = await compile(of.stack === "flink" ? "flink" : "kafka", of.sources);
      const args = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", `${classes}:${jars}`, of.main, address, ...of.args];
      const ran = await tryCommand({ program: "java", args, folder: CACHE, withinMs: ENGINE_MS_MAX });
      return readChecks(ran.stdout, ran);
    },
  };
}

const jarsOf = (stack: Stack): string => join(CACHE, "java", stack);

/** Class path of a stack, fetched by Maven once per content of its POM. */
async function classpathOf(stack: Stack): Promise<string> {
  const pom = join(SOURCES, `${stack}.pom.xml`);
  await once(`java-${stack}`, await readFile(pom, "utf8"), async () => {
    await requireProgram("javac", "a JDK, version 17 or later");
    const maven = await requireProgram("mvn", "Maven");
    const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
    await install(maven, ["-q", "-B", "-f", pom, goal, "-DincludeScope=runtime", `-DoutputDirectory=${jarsOf(stack)}`]);
  });
  return `${jarsOf(stack)}/*`;
}

/** Compiles `java/Checks.java` and a folder's programs; they are few, so each run compiles them anew. */
async function compile(stack: Stack, sources: string): Promise<string> {
  const classes = join(CACHE, `classes-${sources}`);
  await mkdir(classes, { recursive: true });
  const files =
    sources === "java" ? ["Checks", "Clients", "StreamsWordCount"].map((name) => `java/${name}`) : ["java/Checks", "java-flink/FlinkCopy"];
  const paths = files.map((file) => join(SOURCES, `${file}.java`));
  await install("javac", ["-nowarn", "-d", classes, "-cp", `${jarsOf(stack)}/*`, ...paths]);
  return classes;
}

async function python(program: string, [script = "", ...args]: readonly string[]): Promise<readonly Check[]> {
  const env = { PYTHONPATH: CLIENTS };
  const ran = await tryCommand({ program, args: [join(SOURCES, "python", script), ...args], folder: CACHE, withinMs: ENGINE_MS_MAX, env });
  return readChecks(ran.stdout, ran);
}

async function inFolder(use: (folder: string) => Promise<readonly Check[]>): Promise<readonly Check[]> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-engine-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
