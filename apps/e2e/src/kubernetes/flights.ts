import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExpectedDelays, Progress, produceFlights, readBack, Verification } from "@millrace/demo";
import { check } from "../scenario.ts";
import { inCheckout } from "../system/sources.ts";
import type { Kubernetes } from "./kubernetes.ts";
import { connectFromOutside } from "./outside.ts";
import { runInCluster } from "./run-in-cluster.ts";
import { CHART, type Step, type StepContext, TEST_VALUES } from "./steps.ts";

const PARTITIONS = 6;
const JOB = "airport-delays";

/** The main job: flights produced from outside, the job submitted by the chart's hook, results read from outside. */
export const flights: Step = {
  name: "flights",
  what: "the flights job on executors of two nodes, submitted by the chart, equal to the independent computation",
  needs: "release",
  async run({ kubernetes, records, folder, say }: StepContext) {
    const { client, close } = await connectFromOutside(kubernetes);
    try {
      const progress = new Progress({ silent: true });
      for (const name of ["flights", JOB])
        await client.admin().createTopic({ name, partitions: PARTITIONS, configs: { "retention.ms": "-1" } });
      const expected = new ExpectedDelays();
      const produced = await produceFlights(client, { topic: "flights", recordCount: records, expected, progress });
      say(`${records} flights produced from outside in ${produced.seconds.toFixed(1)} s, on three disks each`);
      const values = join(folder, "jobs.json");
      writeFileSync(values, JSON.stringify({ jobs: { [JOB]: readFileSync(inCheckout("examples/jobs/airport-delays.ts"), "utf8") } }));
      await kubernetes.helm(["upgrade", kubernetes.release, CHART, ...TEST_VALUES, "--values", values]);
      const status = await ended(kubernetes);
      check(status.state === "finished", `the job is ${status.state}`);
      const nodes = new Set((await kubernetes.pods("executor")).map(({ spec }) => spec.nodeName));
      check(status.workers >= 2 && nodes.size >= 2, `the job ran on ${status.workers} workers, executors are on ${nodes.size} nodes`);
      const verification = new Verification();
      await readBack(client, { topic: JOB, verification, progress });
      const verdict = verification.compareWith(expected);
      check(verdict.differenceCount === 0, `${verdict.differenceCount} differences, among them:\n${verdict.differences.join("\n")}`);
      return { flights: records, windows: verdict.windowCount, workers: status.workers, nodes: nodes.size, restarts: status.restarts };
    } finally {
      await close();
    }
  },
};

interface Ended {
  readonly state: string;
  readonly workers: number;
  readonly restarts: number;
}

/** Follows the job with the command line in the cluster; its last line is how it ended, the line with most workers where it ran. */
async function ended(kubernetes: Kubernetes): Promise<Ended> {
  const lines = (await runInCluster(kubernetes, "follow", ["job", "status", JOB, "--follow", "--json"])).trim().split("\n");
  const statuses = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Ended);
  const last = statuses.at(-1);
  check(last !== undefined, `the job told nothing:\n${lines.join("\n")}`);
  return { ...last, workers: Math.max(...statuses.map(({ workers }) => workers)) };
}
