import { describe, expect, it } from "@jest/globals";
import type { JobGraph } from "@millrace/model";
import fc from "fast-check";
import { isOutput, type PhysicalPlan, planJob, traitsOf } from "../src/index.ts";
import { graphOf } from "./graph-text.ts";

const INNER = [
  "map",
  "filter",
  "union",
  "reduceByKey",
  "groupByKey",
  "count",
  "countByValue",
  "updateStateByKey",
  "mapPartitions",
  "window",
  "join",
  "cogroup",
  "transform",
  "repartition",
  "mapWithState",
];
const TWO_PARENTS = ["union", "join", "cogroup", "transform"];
const OUTPUTS = ["sink", "print", "foreachBatch"];

/** Any graph of the kinds above: sources first, then operators over what is there, then outputs on some of it. */
const graphs: fc.Arbitrary<JobGraph> = fc
  .record({
    sources: fc.integer({ min: 1, max: 3 }),
    inner: fc.array(fc.record({ kind: fc.constantFrom(...INNER), left: fc.nat(), right: fc.nat() }), { maxLength: 14 }),
    outputs: fc.array(fc.record({ kind: fc.constantFrom(...OUTPUTS), parent: fc.nat() }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ sources, inner, outputs }) => {
    const lines = Array.from({ length: sources }, (_, index) => `s${index} source`);
    const pick = (number: number): string => lines[number % lines.length]?.split(" ")[0] ?? "";
    for (const [index, { kind, left, right }] of inner.entries()) {
      lines.push(`n${index} ${kind}(${TWO_PARENTS.includes(kind) ? `${pick(left)}, ${pick(right)}` : pick(left)})`);
    }
    const ends = outputs.map(({ kind, parent }, index) => `o${index} ${kind}(${pick(parent)})`);
    return graphOf([...lines, ...ends].join("\n"));
  });

function liveIds(graph: JobGraph): ReadonlySet<string> {
  const live = new Set<string>();
  const visit = (id: string): void => {
    if (live.has(id)) return;
    live.add(id);
    for (const parent of graph.operators.find((operator) => operator.id === id)?.parents ?? []) visit(parent);
  };
  for (const operator of graph.operators) if (isOutput(operator)) visit(operator.id);
  return live;
}

/** Ways of elements from a source to an output, in the graph: each is a list of operators. */
function ways(graph: JobGraph, live: ReadonlySet<string>): ReadonlySet<string> {
  const ends = new Map<string, Set<string>>();
  const all = new Set<string>();
  for (const operator of graph.operators) {
    if (!live.has(operator.id)) continue;
    const own =
      operator.parents.length === 0
        ? [operator.id]
        : operator.parents.flatMap((parent) => [...(ends.get(parent) ?? [])].map((way) => `${way} ${operator.id}`));
    ends.set(operator.id, new Set(own));
    if (isOutput(operator)) for (const way of own) all.add(way);
  }
  return all;
}

/** The same ways, followed through stages and edges of the plan. */
function waysOfPlan(plan: PhysicalPlan): ReadonlySet<string> {
  const all = new Set<string>();
  const walk = (stageIndex: number, id: string, way: string): void => {
    const stage = plan.stages[stageIndex];
    const operator = plan.operators.get(id);
    if (stage === undefined || operator === undefined) throw new Error(`nothing at ${stageIndex}.${id}`);
    if (isOutput(operator)) all.add(way);
    for (const next of stage.operators) {
      if (next !== stage.root && plan.operators.get(next)?.parents.includes(id) === true) walk(stageIndex, next, `${way} ${next}`);
    }
    for (const index of stage.outputs) {
      const edge = plan.edges[index];
      if (edge?.from === id) walk(edge.toStage, edge.to, `${way} ${edge.to}`);
    }
  };
  for (const stage of plan.stages) if (stage.tasks === "source-partitions") walk(stage.index, stage.root, stage.root);
  return all;
}

describe("planJob of any graph", () => {
  it("reaches every operator that leads to an output, by exactly the ways of the graph, over consistent edges", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const plan = planJob(graph);
        const live = liveIds(graph);
        expect(new Set(plan.stages.flatMap((stage) => stage.operators))).toEqual(live);
        for (const [index, stage] of plan.stages.entries()) {
          expect(stage.index).toBe(index);
          expect(stage.operators[0]).toBe(stage.root);
          expect(new Set(stage.operators).size).toBe(stage.operators.length);
          expect(stage.inputs.length > 0).toBe(stage.tasks === "slots");
          for (const edge of stage.inputs) expect(plan.edges[edge]?.toStage).toBe(index);
          for (const edge of stage.outputs) expect(plan.edges[edge]?.fromStage).toBe(index);
        }
        for (const [index, edge] of plan.edges.entries()) {
          expect(edge.index).toBe(index);
          expect(plan.stages[edge.toStage]?.root).toBe(edge.to);
          expect(plan.stages[edge.toStage]?.inputs).toContain(index);
          expect(plan.stages[edge.fromStage]?.outputs).toContain(index);
          expect(plan.stages[edge.fromStage]?.operators).toContain(edge.from);
          const to = plan.operators.get(edge.to);
          expect(to === undefined ? undefined : traitsOf(to).input).toBe(edge.routing);
        }
        expect(waysOfPlan(plan)).toEqual(ways(graph, live));
      }),
      { numRuns: 300 },
    );
  });

  it("is the same each time, also for a graph that went through JSON", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(planJob(JSON.parse(JSON.stringify(graph)) as JobGraph)).toEqual(planJob(graph));
      }),
    );
  });
});
