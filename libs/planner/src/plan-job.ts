import { assertDefined } from "@millrace/stdx";
import type { JobGraph, OperatorNode } from "@millrace/model";
import { checkEventTime } from "./check-event-time.ts";
import { checkModes } from "./check-modes.ts";
import { checkSettings } from "./check-settings.ts";
import { checkStructure } from "./check-structure.ts";
import { planError } from "./errors.ts";
import { isOutput, needsCheckpoint, traitsOf } from "./operator-traits.ts";
import type { PhysicalPlan, ShuffleEdge, Stage } from "./physical-plan.ts";
import { checkCheckpointIntervals } from "./retention.ts";
import { slidesOf } from "./slides.ts";
import { warningsOf } from "./warnings.ts";

/**
 * The physical plan of a graph, or an AppError of kind `invalid` that names the operator and the fix. Pure: coordinator, workers and CLI
 * get the same plan from the same graph. Operators that lead to no output are left out, with a warning.
 */
export function planJob(graph: JobGraph): PhysicalPlan {
  checkStructure(graph);
  checkSettings(graph.settings);
  const slideMs = slidesOf(graph);
  const watermarked = checkEventTime(graph);
  checkModes(graph);
  checkCheckpointIntervals(graph, slideMs);
  const reached = reachedFromOutputs(graph);
  const live = graph.operators.filter((operator) => reached.has(operator.id));
  checkCheckpoints(graph, live);
  const { stages, edges } = cutIntoStages(live);
  return {
    stages,
    edges,
    operators: new Map(graph.operators.map((operator) => [operator.id, operator])),
    slideMs,
    watermarked,
    warnings: warningsOf(graph, { reached, watermarked }),
  };
}

/** Ids of the outputs and of all that leads to them. */
function reachedFromOutputs(graph: JobGraph): ReadonlySet<string> {
  const reached = new Set<string>();
  for (const operator of graph.operators.toReversed()) {
    if (!isOutput(operator) && !reached.has(operator.id)) continue;
    reached.add(operator.id);
    for (const parent of operator.parents) reached.add(parent);
  }
  return reached;
}

function checkCheckpoints(graph: JobGraph, live: readonly OperatorNode[]): void {
  if (graph.settings.checkpointIntervalMs !== "off") return;
  const stateful = live.find((operator) => needsCheckpoint(operator) || operator.checkpointMs !== undefined);
  if (stateful === undefined) return;
  const message = "checkpoints are off but this operator keeps state, or asks for a checkpoint interval: set the job's checkpointInterval";
  throw planError("checkpoint-not-configured", message, { operator: stateful.id });
}

/** One stage per source and per operator behind a shuffle; everything that follows without a shuffle is fused into it. */
function cutIntoStages(live: readonly OperatorNode[]): { readonly stages: readonly Stage[]; readonly edges: readonly ShuffleEdge[] } {
  const roots = live.filter((operator) => traitsOf(operator).input !== "narrow");
  const stageOfRoot = new Map(roots.map((root, index) => [root.id, index]));
  const members = roots.map((root) => fusedInto(root, live));
  const edges: ShuffleEdge[] = [];
  const shuffled = shufflingChildren(live);
  for (const [fromStage, operators] of members.entries()) {
    for (const from of operators) {
      for (const { to, routing, combine } of shuffled.get(from) ?? []) {
        const toStage = assertDefined(stageOfRoot.get(to), `stage of ${to}`);
        edges.push({ index: edges.length, fromStage, from, toStage, to, routing, combine });
      }
    }
  }
  const stages = roots.map((root, index): Stage => ({
    index,
    root: root.id,
    tasks: root.kind === "source" ? "source-partitions" : "slots",
    ...taskCountOf(root),
    operators: members[index] ?? [],
    inputs: edges.filter((edge) => edge.toStage === index).map((edge) => edge.index),
    outputs: edges.filter((edge) => edge.fromStage === index).map((edge) => edge.index),
  }));
  return { stages, edges };
}

/** A table that is emitted whole when one row changes must be in one place: who else would know that one did. */
function isCompleteTable(root: OperatorNode): boolean {
  return "mode" in root && root.mode === "complete" && !isOutput(root);
}

function taskCountOf(root: OperatorNode): Pick<Stage, "taskCount"> {
  if (root.partitions !== undefined) return { taskCount: root.partitions };
  if (isCompleteTable(root)) return { taskCount: 1 };
  return traitsOf(root).input === "single" ? { taskCount: 1 } : {};
}

/** For each operator those that it feeds over a shuffle, in graph order. */
function shufflingChildren(live: readonly OperatorNode[]): ReadonlyMap<string, readonly Pick<ShuffleEdge, "to" | "routing" | "combine">[]> {
  const children = new Map<string, Pick<ShuffleEdge, "to" | "routing" | "combine">[]>();
  for (const operator of live) {
    const { input, combine } = traitsOf(operator);
    if (input === "none" || input === "narrow") continue;
    for (const parent of new Set(operator.parents)) {
      const known = children.get(parent) ?? [];
      known.push({ to: operator.id, routing: input, combine });
      children.set(parent, known);
    }
  }
  return children;
}

/** The root and, in graph order (parents first), all that its elements reach without a shuffle. */
function fusedInto(root: OperatorNode, live: readonly OperatorNode[]): readonly string[] {
  const members = new Set([root.id]);
  for (const operator of live) {
    if (traitsOf(operator).input === "narrow" && operator.parents.some((parent) => members.has(parent))) members.add(operator.id);
  }
  return [...members];
}
