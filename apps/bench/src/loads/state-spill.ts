import { connect } from "../cluster/connection.ts";
import { createServedTopic } from "../cluster/create-topic.ts";
import type { Load, LoadContext, Measurement } from "../load.ts";
import { LargeStateJob } from "./large-state-job.ts";
import { PARTITIONS } from "./produce.ts";

const NAME = "state-spill";
/** One key in so many is changed before the second checkpoint. */
const CHANGED_ONE_IN = 100;

interface Case {
  readonly name: string;
  readonly keys: number;
  readonly stateMemoryMb: number;
}

/** What is beyond the budget, and, to compare with, what fits into it. */
const CASES: Readonly<Record<"full" | "quick", readonly Case[]>> = {
  full: [
    { name: "in-memory", keys: 1_000_000, stateMemoryMb: 512 },
    { name: NAME, keys: 10_000_000, stateMemoryMb: 512 },
  ],
  quick: [
    { name: "in-memory", keys: 100_000, stateMemoryMb: 512 },
    { name: NAME, keys: 200_000, stateMemoryMb: 8 },
  ],
};

/** More keyed state than an executor's memory budget: speed against state in memory, what a checkpoint of few changes writes, recovery. */
export function stateSpillLoad(): Load {
  return {
    name: NAME,
    about: "100 B of state for each of 10,000,000 keys in one executor with 512 MB for state, beside 1,000,000 keys in memory",
    run: async (context) => {
      const measurements: Measurement[] = [];
      let inMemoryPerSecond: number | undefined;
      for (const which of CASES[context.quick ? "quick" : "full"]) {
        const measurement = await measure(which, context, inMemoryPerSecond);
        inMemoryPerSecond ??= which.keys / (measurement.seconds ?? Infinity);
        measurements.push(measurement);
      }
      return measurements;
    },
  };
}

async function measure(
  { name, keys, stateMemoryMb }: Case,
  context: LoadContext,
  inMemoryPerSecond: number | undefined,
): Promise<Measurement> {
  const cluster = await context.startCluster({ stateMemoryMb });
  const connection = connect(cluster.brokerAddress);
  try {
    for (const topic of ["bench-lines", "bench-counts"])
      await createServedTopic(connection.client, { name: topic, partitions: PARTITIONS });
    const job = new LargeStateJob(connection.client, cluster, (text) => context.progress(`${name}: ${text}`));
    await job.write({ keys, oneIn: 1 });
    const { seconds, cost } = await job.runToEnd();
    const whole = await job.checkpoint();
    const changed = await job.write({ keys, oneIn: CHANGED_ONE_IN });
    await job.untilRead();
    const delta = await job.checkpoint();
    const recoverySeconds = await job.killWorker();
    await job.write({ keys, oneIn: CHANGED_ONE_IN });
    await job.untilRead();
    const problems = await job.problems({ keys, oneIn: CHANGED_ONE_IN, times: [2, 3] });
    const perSecond = keys / seconds;
    return {
      name,
      settings: { keys, valueBytes: 100, stateMemoryMb, workers: 1, partitions: PARTITIONS },
      records: keys,
      seconds,
      cost,
      extra: {
        ...(inMemoryPerSecond === undefined ? {} : { shareOfInMemorySpeed: perSecond / inMemoryPerSecond }),
        firstCheckpointBytes: whole.bytes,
        firstCheckpointSeconds: whole.seconds,
        changedKeys: changed,
        secondCheckpointBytes: delta.bytes - whole.bytes,
        secondCheckpointShare: (delta.bytes - whole.bytes) / whole.bytes,
        secondCheckpointSeconds: delta.seconds,
        recoverySeconds,
      },
      verified: `each of ${changed.toLocaleString("en")} changed keys counted its records, also after its worker was killed`,
      problems,
    };
  } finally {
    await connection.close();
    await cluster.stop();
  }
}
