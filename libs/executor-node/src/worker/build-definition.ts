import type { JobDefinition, JobGraph } from "@millrace/model";
import { canonicalGraph } from "@millrace/planner";
import { buildJob, declaredJob } from "@millrace/streams";
import { assertDefined } from "@millrace/stdx";
import { errors } from "../errors.ts";
import type { JobWorkerPorts } from "./job-worker.ts";

/** A job's graph with its functions: those of its module, which must build the graph that was submitted, or, without one, the graph's expressions. */
export async function buildDefinition(
  { bundleUrl, graphJson }: { readonly bundleUrl: string; readonly graphJson: string },
  { loadBundle, expressions }: Pick<JobWorkerPorts, "loadBundle" | "expressions">,
): Promise<JobDefinition> {
  const submitted = JSON.parse(graphJson) as JobGraph;
  if (bundleUrl === "") return declaredJob(submitted, assertDefined(expressions, "expressions of a job without a bundle"));
  let module: { readonly default?: unknown };
  try {
    module = await loadBundle(bundleUrl);
  } catch (error) {
    throw errors.bundleFailed(error);
  }
  const definition = buildJob(module.default);
  if (canonicalGraph(definition.graph) !== canonicalGraph(submitted)) throw errors.graphMismatch();
  return definition;
}
