import { JobState } from "@millrace/contracts";
import { produceInput, submit, verify } from "../flights/run-flights.ts";
import type { JobWatch } from "../flights/job-watch.ts";
import { check, type Figures, type Scenario, type ScenarioContext } from "../scenario.ts";
import { connectClient } from "../system/cluster-client.ts";
import { createDevProcess, type DevProcess } from "../system/dev-process.ts";

const RECORDS_DEFAULT = 100_000;
const KILLS_DEFAULT = 4;
const WAIT_MS_MAX = 5 * 60_000;

/** The embedded store and a whole cluster in one process: killed while the main job runs, it goes on where it was. */
export const killDevJob: Scenario = {
  name: "kill-dev-job",
  what: "kill -9 of `millrace dev` while the main job runs; after restarts every window is there once, equal to the independent computation",
  run: async (context) => {
    const dev = await createDevProcess(context.folder);
    await dev.process.start();
    const connection = connectClient([dev.address]);
    try {
      const run = { recordCount: context.flags.records ?? RECORDS_DEFAULT };
      const cluster = { client: connection.client, address: dev.address };
      const expected = await produceInput(cluster, run, context);
      const watch = await submit(cluster, run, context);
      const figures = await killWhileItRuns(dev, { watch, recordCount: run.recordCount, context });
      await watch.until("the end of the job", { withinMs: WAIT_MS_MAX }, (status) => status.state === JobState.FINISHED);
      return { flights: run.recordCount, ...figures, windows: await verify(cluster, expected) };
    } finally {
      await connection.close();
      await dev.process.stop();
    }
  },
};

async function killWhileItRuns(
  dev: DevProcess,
  parts: { readonly watch: JobWatch; readonly recordCount: number; readonly context: ScenarioContext },
): Promise<Figures> {
  const { watch, recordCount, context } = parts;
  const kills = context.flags.kills ?? KILLS_DEFAULT;
  const progressMs: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const share = (kill + context.random.next()) / (kills + 1);
    const due = BigInt(Math.round(recordCount * share));
    await watch.until(
      `${due} flights processed`,
      { withinMs: WAIT_MS_MAX },
      (status) => status.recordsIn >= due && status.state === JobState.RUNNING,
    );
    await dev.process.kill();
    const startMs = performance.now();
    const planned = watch.last?.lastBatchPlanned ?? 0n;
    check((watch.last?.lagRecords ?? 0n) > 0n, "the job was done before it was killed: more --records are needed");
    await dev.process.start();
    await watch.until(
      "progress after the restart",
      { withinMs: WAIT_MS_MAX },
      (status) => status.lastBatchDone >= planned + 2n || status.state === JobState.FINISHED,
    );
    progressMs.push(Math.round(performance.now() - startMs));
    context.say(`kill ${kill + 1} of ${kills}: the job went on after ${progressMs.at(-1) ?? 0} ms`);
  }
  return { kills, killToProgressMsMax: Math.max(...progressMs) };
}
