import type { OperatorNode } from "@millrace/model";
import { describeDuration } from "./describe-duration.ts";
import { describeOperator } from "./describe.ts";
import { describeState } from "./describe-state.ts";
import type { PhysicalPlan, ShuffleEdge, Stage } from "./physical-plan.ts";

/** The plan as text for people: stages, what is fused into each, what moves between them, what is kept, what to look at. */
export function explainPlan(plan: PhysicalPlan): string {
  const width = Math.max(...plan.stages.flatMap((stage) => stage.operators.map((id) => id.length)), 0);
  const blocks = plan.stages.map((stage) => explainStage(plan, stage, width));
  if (plan.warnings.length > 0) blocks.push(["warnings", ...plan.warnings.map((warning) => `  ! ${warning}`)]);
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function explainStage(plan: PhysicalPlan, stage: Stage, width: number): readonly string[] {
  const tasks = stage.tasks === "source-partitions" ? "one task per source partition" : describeSlots(stage);
  const fused = stage.operators.length === 1 ? "" : `, ${stage.operators.length} operators fused`;
  const lines = [`stage ${stage.index}: ${tasks}${fused}`];
  for (const index of stage.inputs) lines.push(`  <= shuffle ${index} from stage ${plan.edges[index]?.fromStage ?? "?"}`);
  let previous: string | undefined;
  for (const id of stage.operators) {
    const operator = plan.operators.get(id);
    if (operator !== undefined) lines.push(...explainOperator(operator, { plan, width, previous, isRoot: id === stage.root }));
    previous = id;
  }
  for (const index of stage.outputs) {
    const edge = plan.edges[index];
    if (edge !== undefined) lines.push(`  => ${describeEdge(edge)}`);
  }
  return lines;
}

interface Place {
  readonly plan: PhysicalPlan;
  readonly width: number;
  readonly previous: string | undefined;
  readonly isRoot: boolean;
}

function explainOperator(operator: OperatorNode, place: Place): readonly string[] {
  const [parent] = operator.parents;
  const after = place.isRoot || operator.kind === "union" || parent === place.previous ? "" : ` (after ${parent ?? "?"})`;
  const slideMs = place.plan.slideMs.get(operator.id);
  const parentSlideMs = place.plan.slideMs.get(parent ?? "");
  const slide =
    slideMs === undefined || parentSlideMs === undefined || slideMs === parentSlideMs ? "" : `; slide ${describeDuration(slideMs)}`;
  const lines = [`  ${operator.id.padEnd(place.width)}  ${describeOperator(operator)}${slide}${after}`];
  const state = describeState(operator);
  if (state !== undefined) lines.push(`  ${"".padEnd(place.width)}  keeps ${state}`);
  return lines;
}

function describeSlots(stage: Stage): string {
  if (stage.taskCount === undefined) return "one task per slot";
  return stage.taskCount === 1 ? "one task (slot 0)" : `${stage.taskCount} tasks`;
}

/** A shuffle in words, for one stage's end. */
export function describeEdge(edge: ShuffleEdge): string {
  const how = { key: "by key", spread: "evenly", single: "all to slot 0" }[edge.routing];
  return `shuffle ${edge.index} to stage ${edge.toStage} (${edge.to}), ${how}${edge.combine ? ", combined before it is sent" : ""}`;
}
