import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { JobGraph } from "@millrace/model";
import { canonicalGraph, type PhysicalPlan, planJob } from "@millrace/planner";
import { cliError } from "../errors.ts";
import type { CliWorld } from "../world.ts";
import { buildGraph } from "./build-graph.ts";
import { bundleModule } from "./bundle-module.ts";
import { checkTypes } from "./check-types.ts";

/** A job module made ready to submit. */
export interface CompiledJob {
  readonly graph: JobGraph;
  readonly graphJson: string;
  readonly plan: PhysicalPlan;
  readonly bundle: Uint8Array;
  /** SHA-256 of graph and bundle, hex. */
  readonly digest: string;
}

/** Type check, bundle, graph, plan: each refuses with one error that names file and line where it knows them. */
export async function compileJob(path: string, options: { readonly check: boolean }, world: CliWorld): Promise<CompiledJob> {
  const modulePath = resolve(world.folder, path);
  if (!existsSync(modulePath)) throw cliError("job-module-missing", "there is no such file: give the path of a job module", { path });
  world.progress("checking types and bundling …");
  const bundling = bundleModule(modulePath);
  bundling.catch(() => undefined); // the type check, meanwhile, says more about the same mistake
  if (options.check) await checkTypes(modulePath, world);
  const bundle = await bundling;
  world.progress("building the graph …");
  const graph = await buildGraph(bundle, { modulePath, world });
  const plan = planJob(graph);
  world.progress("");
  const graphJson = canonicalGraph(graph);
  const digest = createHash("sha256").update(graphJson).update(bundle).digest("hex");
  return { graph, graphJson, plan, bundle, digest };
}
