import { JobState } from "@millrace/contracts";
import { JobWatch } from "../flights/job-watch.ts";
import { check } from "../scenario.ts";
import type { Cluster } from "../system/cluster.ts";
import { runCli } from "../system/run-cli.ts";

const WITHIN_MS = 60_000;

/** The word count of the examples, from `lines` to `counts`: two shuffles and state. Resolves when it runs. */
export async function submitWordCount(cluster: Cluster): Promise<{ stop(): Promise<void> }> {
  for (const name of ["lines", "counts"]) await cluster.client.admin().createTopic({ name, partitions: 1, replicationFactor: 3 });
  const submitted = await millrace(["job", "submit", "examples/jobs/word-count.ts", "--no-check", "--json"]);
  const { jobId } = JSON.parse(submitted) as { readonly jobId: string };
  const watch = new JobWatch(cluster.client, jobId);
  await watch.until("the start of the job", { withinMs: WITHIN_MS }, ({ state }) => state === JobState.RUNNING);
  watch.stop();
  return {
    stop: async () => {
      await millrace(["job", "stop", jobId]);
    },
  };

  async function millrace(args: readonly string[]): Promise<string> {
    const { exit, stdout, stderr } = await runCli([...args, "--address", cluster.address]);
    check(exit === 0, `millrace ${args.join(" ")} ended with ${exit}\n${stderr}`);
    return stdout;
  }
}
