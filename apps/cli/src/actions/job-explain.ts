import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import type { JobGraph } from "@millrace/model";
import { describeDuration, explainPlan, mermaidPlan, parseJobGraph, type PhysicalPlan, planJob } from "@millrace/planner";
import type { JobExplainOptions } from "../commands/job.ts";
import { compileJob } from "../jobs/compile-job.ts";
import type { GlobalOptions } from "../options.ts";
import { formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { withClient } from "./with-client.ts";

/** `job explain`: of a module, or of a job that runs. */
export async function explainJob(target: string, options: JobExplainOptions & GlobalOptions, world: CliWorld): Promise<void> {
  const { graph, plan } = await planOf(target, options, world);
  if (options.mermaid === true) return world.write(mermaidPlan(plan));
  if (options.json === true) {
    const { stages, edges, warnings, slideMs } = plan;
    return world.write(jsonLine({ graph, stages, edges, slideMs: Object.fromEntries(slideMs), warnings }));
  }
  await world.write(`${heading(graph)}\n\n${explainPlan(plan)}`);
}

async function planOf(
  target: string,
  options: JobExplainOptions & GlobalOptions,
  world: CliWorld,
): Promise<{ readonly graph: JobGraph; readonly plan: PhysicalPlan }> {
  const isModule = existsSync(resolve(world.folder, target)) || /^\.[mc]?[jt]sx?$/.test(extname(target));
  if (isModule) return compileJob(target, options, world);
  const graphJson = await withClient(options, world, async (client) => (await client.admin().getJob(target)).graphJson);
  const graph = parseJobGraph(graphJson);
  return { graph, plan: planJob(graph) };
}

function heading({ name, settings }: JobGraph): string {
  const checkpoints =
    settings.checkpointIntervalMs === "off" ? "no checkpoints" : `checkpoints every ${describeDuration(settings.checkpointIntervalMs)}`;
  const slots = `${settings.slotCount} slot${settings.slotCount === 1 ? "" : "s"}`;
  const batches = settings.latency === "continuous" ? "continuous, markers" : "batches";
  return `job ${name}: ${batches} every ${describeDuration(settings.batchIntervalMs)} of at most ${formatCount(settings.maxRecordsPerBatch)} records, ${slots}, ${checkpoints}`;
}
