import { connect } from "../cluster/connection.ts";
import { createServedTopic } from "../cluster/create-topic.ts";
import type { LoadContext } from "../load.ts";
import { LargeStateJob } from "../loads/large-state-job.ts";
import { PARTITIONS } from "../loads/produce.ts";
import type { Curve, CurvePoint } from "./curve.ts";

/** Key and value of `jobs/large-state.ts`. */
const STATE_BYTES = 110;
const AMPLE_MB = 512;
/** One key in so many is counted a second time, for the check. */
const CHANGED_ONE_IN = 100;
const KEYS_BEYOND = { full: 300_000, quick: 40_000 };

/** What keyed state costs: more of it, and less memory for it. */
export const STATE_CURVES: readonly Curve[] = [
  {
    name: "keys",
    title: "Keys with 100 B of state, in memory",
    x: "keys",
    about:
      "a job that keeps the last line of each key, one record a key, from the moment it runs until it has read all; one key in 100 has a second record, and each of those is counted twice",
    points: { full: [10_000, 30_000, 100_000, 300_000, 1_000_000], quick: [2_000, 20_000] },
    series: [
      { key: "cpuSeconds", name: "CPU of all processes, s" },
      { key: "memoryMb", name: "memory of all processes, peak, MB" },
    ],
    measure: (keys, context) => fillState({ keys, stateMemoryMb: AMPLE_MB }, context),
  },
  {
    name: "state",
    title: "State beyond memory",
    x: "state, in times of the memory for it",
    about: `the same job with ${KEYS_BEYOND.full.toLocaleString("en")} keys and less and less memory for their state; what is beyond is on the disk`,
    points: { full: [0.25, 2, 4, 8, 16], quick: [0.5, 4] },
    series: [
      {
        key: "cpuPerKey",
        name: "CPU of all processes, µs a key",
        basis: { words: "the share of the state on the disk", of: (times) => Math.max(0, 1 - 1 / times) },
      },
    ],
    measure: (times, context) => {
      const keys = context.quick ? KEYS_BEYOND.quick : KEYS_BEYOND.full;
      return fillState({ keys, stateMemoryMb: Math.max(1, Math.round((keys * STATE_BYTES) / 2 ** 20 / times)) }, context);
    },
  },
];

async function fillState(
  { keys, stateMemoryMb }: { readonly keys: number; readonly stateMemoryMb: number },
  context: LoadContext,
): Promise<CurvePoint> {
  const cluster = await context.startCluster({ stateMemoryMb });
  const connection = connect(cluster.brokerAddress);
  try {
    for (const topic of ["bench-lines", "bench-counts"])
      await createServedTopic(connection.client, { name: topic, partitions: PARTITIONS });
    const job = new LargeStateJob(connection.client, cluster, context.progress);
    await job.write({ keys, oneIn: 1 });
    const { cost } = await job.runToEnd();
    await job.write({ keys, oneIn: CHANGED_ONE_IN });
    await job.untilRead();
    return {
      values: {
        cpuSeconds: cost.serverCpuSeconds,
        cpuPerKey: (cost.serverCpuSeconds * 1e6) / keys,
        memoryMb: cost.serverMemoryPeakBytes / 1e6,
      },
      problems: await job.problems({ keys, oneIn: CHANGED_ONE_IN, times: [2] }),
    };
  } finally {
    await connection.close();
    await cluster.stop();
  }
}
