import { join } from "node:path";
import type { DevCluster } from "../cluster/dev-cluster.ts";
import { treeUsage } from "../measure/process-tree.ts";
import { kafkaAddressOf } from "../loads/kafka-throughput.ts";
import { runJvm } from "./jvm-program.ts";
import { classPathOf, stackHome, versionOf } from "./jvm-stack.ts";
import type { System } from "./system.ts";
import { UsageMeter } from "./usage-meter.ts";

/** As many as the machine has cores here, and as our job has workers. */
export const PARALLELISM = 2;
export const CHECKPOINT_MS = 1_000;

interface JvmEngine {
  readonly stack: "flink" | "spark";
  readonly main: string;
  readonly title: string;
  readonly jar: RegExp;
  readonly acknowledgement: string;
}

export const JVM_ENGINES: readonly JvmEngine[] = [
  {
    stack: "flink",
    main: "FlinkEngine",
    title: "Flink",
    jar: /^flink-runtime-([\d.]+)\.jar$/,
    acknowledgement: `exactly once: a transaction of the sink per checkpoint of ${CHECKPOINT_MS} ms; neither checkpoints nor the broker sync`,
  },
  {
    stack: "spark",
    main: "SparkEngine",
    title: "Spark",
    jar: /^spark-sql_2\.13-([\d.]+)\.jar$/,
    acknowledgement: "state exactly once, its Kafka sink at least once (it has nothing else); the broker does not sync",
  },
];

/** An engine of the JVM on a Kafka that runs. */
export function jvmSystem(
  engine: JvmEngine,
  { kafka, enginesHome }: { readonly kafka: DevCluster; readonly enginesHome: string | undefined },
): System {
  const home = stackHome(engine.stack, enginesHome);
  const classPath = classPathOf(engine.stack, home);
  const servers = kafkaAddressOf(kafka);
  return {
    name: engine.stack,
    servers,
    acknowledgement: engine.acknowledgement,
    run: async (work, { folder }) => {
      const settings = {
        work: work.name,
        servers,
        input: work.input,
        output: work.output,
        guarantee: "exactly-once",
        checkpointMs: CHECKPOINT_MS,
        parallelism: PARALLELISM,
      };
      const id = `${engine.stack}-${work.name}-${Math.round(performance.now())}`;
      const broker = new UsageMeter(() => treeUsage(kafka.pid));
      const { seconds, wholeSeconds, usage } = await runJvm(engine.main, {
        classPath,
        settings: { ...settings, id, folder: join(folder, id) },
      });
      const version = `${engine.title} ${versionOf(home, engine.jar)}, one process, heap 2 GB`;
      return {
        seconds,
        wholeSeconds,
        engine: usage,
        broker: broker.stop(),
        problems: [],
        settings: { engine: version, parallelism: PARALLELISM },
      };
    },
  };
}
