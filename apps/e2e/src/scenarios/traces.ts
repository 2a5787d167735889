import { openTracer } from "@millrace/service-kit";
import { submitWordCount } from "../traces/submit-word-count.ts";
import { missingSteps, type TraceTree, treesOf } from "../traces/trace-tree.ts";
import { startOtlpReceiver } from "../traces/otlp-receiver.ts";
import { check, type Scenario } from "../scenario.ts";
import { startCluster } from "../system/cluster.ts";
import { connectClient } from "../system/cluster-client.ts";

/** One by one, so that each is the first of a batch: a trace shows the way of one record. */
const RECORDS_MAX = 40;
const BETWEEN_MS = 1_500;
/** As OpenTelemetry reads it: services begin no trace, and follow the producer's flag. */
const FOLLOW_ONLY = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0", OTEL_BSP_SCHEDULE_DELAY: "500" };

/** The way of one record from its producer to the last reader, as one trace that every process on it has a part of. */
export const traces: Scenario = {
  name: "traces",
  what: "a sampled record is followed: sent, appended, replicated, fetched, shuffled, reduced, checkpointed, written and read, parent to child across processes",
  async run({ folder, say }) {
    const receiver = await startOtlpReceiver();
    Object.assign(process.env, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_TRACES_SAMPLER: "always_on" });
    const telemetry = await openTracer("record-owner");
    const env = { ...FOLLOW_ONLY, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
    const cluster = await startCluster(folder, { coordinators: 1, brokers: 3, executors: 2, env });
    const traced = connectClient(cluster.address.split(","), { tracer: telemetry.tracer });
    try {
      const job = await submitWordCount(cluster);
      const reading = readAll(traced.client.consumer({ groupId: "readers" }));
      const producer = traced.client.producer();
      let whole: TraceTree | undefined;
      for (let index = 0; index < RECORDS_MAX && whole === undefined; index++) {
        await producer.sendAndWait("lines", { value: Buffer.from(`word${index} word${index + 1}`) });
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
        whole = wholeTrace(treesOf(receiver.spans()));
      }
      const trees = treesOf(receiver.spans());
      check(whole !== undefined, `no trace has every step; ${nearest(trees)}`);
      say(`one of ${trees.length} traces, with ${whole.spans.length} spans of ${whole.services.length} services:\n${whole.text}`);
      const roots = new Set(trees.flatMap(({ root }) => (root === "" ? [] : [root]))); // not all of the last ones have come
      check(
        [...roots].every((name) => name === "send lines"),
        `services begin no traces of their own: ${[...roots].join(", ")}`,
      );
      await reading.stop();
      await job.stop();
      return { traces: trees.length, spansOfOne: whole.spans.length, services: whole.services.join(" ") };
    } finally {
      await traced.close();
      await cluster.stop();
      await telemetry.close();
      receiver.stop();
      for (const name of ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER"]) Reflect.deleteProperty(process.env, name);
    }
  },
};

function wholeTrace(trees: readonly TraceTree[]): TraceTree | undefined {
  return trees.find((tree) => tree.orphans === 0 && missingSteps(tree).length === 0);
}

function nearest(trees: readonly TraceTree[]): string {
  const [least] = trees
    .map((tree) => ({ tree, missing: missingSteps(tree) }))
    .sort((one, other) => one.missing.length - other.missing.length);
  return least === undefined ? "no span came" : `the nearest lacks ${least.missing.join(", ")}\n${least.tree.text}`;
}

/** Reads what the job writes, as its last user would. */
function readAll(consumer: ReturnType<ReturnType<typeof connectClient>["client"]["consumer"]>): { stop(): Promise<void> } {
  const done = (async () => {
    await consumer.subscribe({ topics: ["counts"] });
    for await (const _ of consumer) await Promise.resolve();
  })();
  return {
    stop: async () => {
      await consumer.close();
      await done;
    },
  };
}
