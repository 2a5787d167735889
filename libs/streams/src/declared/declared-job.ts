import type { JobDefinition, JobFunction, JobGraph } from "@millrace/model";
import { type ExpressionLanguage } from "@millrace/ports";
import { declareOperator } from "./declared-operators.ts";
import type { Shape } from "./shapes.ts";

/**
 * A job without a module: the functions of its operators are the graph's expressions. Types are checked from the sources on, operator by operator, each against
 * what those above it yield; what does not fit is refused with an AppError that names operator, expression, column and fix. The plan is that of the graph: a module
 * that builds the same operators has the same one.
 */
export function declaredJob(graph: JobGraph, language: ExpressionLanguage): JobDefinition {
  const shapes = new Map<string, Shape>();
  const functions = new Map<string, Readonly<Record<string, JobFunction>>>();
  for (const operator of graph.operators) {
    const parents = operator.parents.map((id) => shapes.get(id)).filter((shape) => shape !== undefined);
    const declared = declareOperator(operator, parents, language);
    shapes.set(operator.id, declared.shape);
    if (Object.keys(declared.functions).length > 0) functions.set(operator.id, declared.functions);
  }
  return { graph, functions };
}
