import { join } from "node:path";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import { COPY_INPUT, COPY_OUTPUT } from "../../jobs/copy/copy-job.ts";
import { type TreeUsage, treeUsage } from "../measure/process-tree.ts";
import { kafkaAddressOf } from "../loads/kafka-throughput.ts";
import { runJvm, startJvm } from "./jvm-program.ts";
import { classPathOf, type Stack, stackHome, versionOf } from "./jvm-stack.ts";
import type { Guarantee, System } from "./system.ts";
import { UsageMeter } from "./usage-meter.ts";

/** As many as the machine has cores here, and as our job has workers. */
export const PARALLELISM = 2;
export const CHECKPOINT_MS = 1_000;

interface JvmEngine {
  readonly name: string;
  readonly stack: Stack;
  readonly title: string;
  readonly jar: RegExp;
  /** Of pieces of work; absent: it takes no part in them. */
  readonly acknowledgement?: string;
  /** Absent: it does not copy. */
  readonly copy?: { readonly main: string; readonly intervalMs: Readonly<Record<Guarantee, number>>; readonly word: string };
}

export const JVM_ENGINES: readonly JvmEngine[] = [
  {
    name: "flink",
    stack: "flink",
    title: "Flink",
    jar: /^flink-runtime-([\d.]+)\.jar$/,
    acknowledgement: `exactly once: a transaction of the sink per checkpoint of ${CHECKPOINT_MS} ms; neither checkpoints nor the broker sync`,
    copy: { main: "FlinkCopy", intervalMs: { "exactly-once": 100, "at-least-once": 1_000 }, word: "checkpoints" },
  },
  {
    name: "spark",
    stack: "spark",
    title: "Spark",
    jar: /^spark-sql_2\.13-([\d.]+)\.jar$/,
    acknowledgement: "state exactly once, its Kafka sink at least once (it has nothing else); the broker does not sync",
  },
  {
    name: "kstreams",
    stack: "kafka",
    title: "Kafka Streams",
    jar: /^kafka-streams-([\d.]+)\.jar$/,
    copy: { main: "StreamsCopy", intervalMs: { "exactly-once": 100, "at-least-once": 100 }, word: "commits" },
  },
];

/** An engine of the JVM on a Kafka that runs. */
export function jvmSystem(
  engine: JvmEngine,
  { kafka, enginesHome }: { readonly kafka: DevCluster; readonly enginesHome: string | undefined },
): System {
  const { name, stack, title, jar, copy, acknowledgement } = engine;
  const home = stackHome(stack, enginesHome);
  const classPath = classPathOf(stack, home);
  const servers = kafkaAddressOf(kafka);
  const about = { engine: `${title} ${versionOf(home, jar)}, one process, heap 2 GB`, parallelism: PARALLELISM };
  const broker = (): TreeUsage => treeUsage(kafka.pid);
  const settingsOf = (what: string, folder: string): Record<string, string | number> => {
    const id = `${name}-${what}-${Math.round(performance.now())}`;
    return { servers, parallelism: PARALLELISM, id, folder: join(folder, id) };
  };
  return {
    name,
    servers,
    unsynced: [],
    ...(acknowledgement === undefined
      ? {}
      : {
          acknowledgement,
          run: async (work, { folder }) => {
            const topics = {
              work: work.name,
              input: work.input,
              output: work.output,
              guarantee: "exactly-once",
              checkpointMs: CHECKPOINT_MS,
            };
            const meter = new UsageMeter(broker);
            const settings = { ...settingsOf(work.name, folder), ...topics };
            const { seconds, wholeSeconds, usage } = await runJvm(work.programs[name] ?? "", { classPath, settings });
            return { seconds, wholeSeconds, engine: usage, broker: meter.stop(), problems: [], settings: about };
          },
        }),
    ...(copy === undefined
      ? {}
      : {
          startCopy: async (guarantee, { folder }) => {
            const checkpointMs = copy.intervalMs[guarantee];
            const topics = { input: COPY_INPUT, output: COPY_OUTPUT, guarantee, checkpointMs };
            const program = await startJvm(copy.main, { classPath, settings: { ...settingsOf("copy", folder), ...topics } });
            return {
              engine: () => treeUsage(program.pid),
              broker,
              isolation: guarantee === "exactly-once" ? "read_committed" : "read_uncommitted",
              acknowledgement: `${guarantee}, ${copy.word} every ${checkpointMs} ms, linger 0; the broker does not sync`,
              settings: about,
              stop: program.close,
            };
          },
        }),
  };
}
