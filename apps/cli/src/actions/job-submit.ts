import type { Client, JobSubmission } from "@millrace/client";
import { StateFate, type SubmitJobResponse } from "@millrace/contracts";
import { toAppError } from "@millrace/model";
import type { JobSubmitOptions } from "../commands/job.ts";
import { type CompiledJob, compileJob } from "../jobs/compile-job.ts";
import { topicsOfGraph } from "../jobs/topics-of-graph.ts";
import { cliError } from "../errors.ts";
import type { GlobalOptions } from "../options.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import { table } from "../output/table.ts";
import type { CliWorld } from "../world.ts";
import { followJob } from "./job-status.ts";
import { withClient } from "./with-client.ts";

/** `job submit`: compiled and planned here, so that what is wrong with a job is said before the cluster hears of it. */
export async function submitJob(path: string, options: JobSubmitOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const job = await compileJob(path, options, world);
  const dryRun = options.dryRun ?? false;
  await withClient(options, world, async (client) => {
    if (options.createTopics === true && !dryRun) await createMissingTopics(client, job, world);
    const answer = await client
      .admin()
      .submitJob({
        ...submission(job),
        ...(options.savepoint === undefined ? {} : { savepointId: options.savepoint }),
        failIfExists: options.new ?? false,
        allowDroppedState: options.allowDroppedState ?? false,
        dryRun,
      })
      .catch((error: unknown) => {
        if (options.orUpgrade !== true || toAppError(error).code !== "job-exists") throw error;
        return undefined;
      });
    if (answer === undefined) return (await import("./job-upgrade.ts")).upgradeTo(job, { client, options, world });
    await tellSubmitted({ job, answer, dryRun }, options, world);
    if (options.follow === true && !dryRun) await followJob(client, answer.jobId, { options, world });
  });
}

/** Another submission may make the same ones at the same time: then they are there. */
async function createMissingTopics(client: Client, { graph }: CompiledJob, world: CliWorld): Promise<void> {
  const known = new Set((await client.admin().listTopics()).map(({ name }) => name));
  for (const name of topicsOfGraph(graph)) {
    if (known.has(name)) continue;
    try {
      await client.admin().createTopic({ name });
      world.note(`topic ${name} is made`);
    } catch (error) {
      if (toAppError(error).code !== "topic-exists") throw error;
    }
  }
}

export function submission({ graph, graphJson, bundle, digest }: CompiledJob): JobSubmission {
  return { name: graph.name, graphJson, bundle, digest };
}

interface Submitted {
  readonly job: CompiledJob;
  readonly answer: SubmitJobResponse;
  readonly dryRun: boolean;
}

/** What the coordinator said: what becomes of state, warnings, the job's id. */
export async function tellSubmitted({ job, answer, dryRun }: Submitted, options: GlobalOptions, world: CliWorld): Promise<void> {
  const { jobId, warnings, state } = answer;
  const { graph, digest, bundle } = job;
  if (options.json === true) {
    const fates = state.map(({ operatorId, fate, note, keyCount, byteCount }) => {
      return { operator: operatorId, fate: FATE_NAMES[fate], note, keyCount, byteCount };
    });
    await world.write(jsonLine({ jobId, name: graph.name, digest, bundleBytes: bundle.byteLength, warnings, state: fates, dryRun }));
    return assertNotRefused(state);
  }
  for (const warning of new Set([...job.plan.warnings, ...warnings])) world.note(`warning: ${warning}`);
  if (state.length > 0) await world.write(table(["operator", "state", "keys", "size", "why"], state.map(fateRow)));
  assertNotRefused(state);
  if (dryRun) return world.note(`dry run: job ${graph.name} could be started; nothing was changed`);
  const { stages, edges } = job.plan;
  await world.write(`job ${graph.name} is submitted, id ${jobId}\n`);
  world.note(
    `${stages.length} stages, ${edges.length} shuffles, bundle ${formatBytes(bundle.byteLength)}; millrace job status ${graph.name} shows how it does`,
  );
}

const FATE_NAMES: Readonly<Record<number, string>> = {
  [StateFate.KEPT]: "kept",
  [StateFate.NEW]: "new",
  [StateFate.DROPPED]: "dropped",
  [StateFate.REFUSED]: "refused",
};

function fateRow({ operatorId, fate, note, keyCount, byteCount }: SubmitJobResponse["state"][number]): readonly string[] {
  const isSaved = fate !== StateFate.NEW;
  return [
    operatorId,
    FATE_NAMES[fate] ?? "unknown",
    isSaved ? formatCount(keyCount) : "",
    isSaved ? formatBytes(Number(byteCount)) : "",
    note,
  ];
}

/** What an upgrade must know before it stops the running job. */
export function assertNotDropped(state: SubmitJobResponse["state"]): void {
  const operators = state.filter(({ fate }) => fate === StateFate.DROPPED).map(({ operatorId }) => operatorId);
  if (operators.length === 0) return;
  const message = "state of operators would be dropped: give them back their ids with .named(), or allow it with --allow-dropped-state";
  throw cliError("state-dropped", message, { operators: operators.join(", ") });
}

/** A dry run has shown all of them; a start is refused by the coordinator, which names the first. */
export function assertNotRefused(state: SubmitJobResponse["state"]): void {
  const refused = state.filter(({ fate }) => fate === StateFate.REFUSED);
  if (refused.length === 0) return;
  const operators = refused.map(({ operatorId }) => operatorId).join(", ");
  throw cliError("savepoint-mismatch", "state of the savepoint does not fit the job: --dry-run shows why", { operators });
}
