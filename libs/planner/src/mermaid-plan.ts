import { describeOperator } from "./describe.ts";
import type { PhysicalPlan } from "./physical-plan.ts";

/** The plan as a Mermaid flow chart: a box per stage, thick arrows for shuffles. */
export function mermaidPlan(plan: PhysicalPlan): string {
  const lines = ["flowchart LR"];
  for (const stage of plan.stages) {
    lines.push(`  subgraph stage${stage.index}["stage ${stage.index}: ${stage.tasks === "slots" ? "slots" : "source partitions"}"]`);
    for (const id of stage.operators) {
      const operator = plan.operators.get(id);
      const what = operator === undefined ? "" : describeOperator(operator);
      lines.push(`    ${nodeId(plan, stage.index, id)}["${quoted(id)}<br/>${quoted(what)}"]`);
    }
    lines.push("  end");
    for (const id of stage.operators) {
      for (const parent of plan.operators.get(id)?.parents ?? []) {
        if (id === stage.root || !stage.operators.includes(parent)) continue;
        lines.push(`  ${nodeId(plan, stage.index, parent)} --> ${nodeId(plan, stage.index, id)}`);
      }
    }
  }
  for (const edge of plan.edges) {
    const label = edge.combine ? `${edge.routing}, combined` : edge.routing;
    lines.push(`  ${nodeId(plan, edge.fromStage, edge.from)} ==>|${label}| ${nodeId(plan, edge.toStage, edge.to)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Ids of operators may hold characters that Mermaid takes for syntax; positions do not. */
function nodeId(plan: PhysicalPlan, stage: number, operator: string): string {
  return `s${stage}o${plan.stages[stage]?.operators.indexOf(operator) ?? 0}`;
}

function quoted(text: string): string {
  return text.replaceAll('"', "#quot;").replaceAll("<", "#lt;").replaceAll(">", "#gt;");
}
