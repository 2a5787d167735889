import type { JobFunction } from "./job-definition.ts";
import type { OperatorNode } from "./job-graph.ts";

type WithoutIdentity<N> = N extends OperatorNode ? Omit<N, "id" | "name" | "parents"> : never;

/** One operator of a recipe. Every step but the last has a suffix, by which its id is made from that of the last. */
export interface RecipeStep {
  readonly suffix: string;
  readonly spec: WithoutIdentity<OperatorNode>;
  readonly functions: Readonly<Record<string, JobFunction>>;
}

interface BatchWindow {
  readonly windowMs: number;
  readonly slideMs: number;
}

/**
 * Windows on batch time that are made of other operators, as Spark makes them, so that each is one operator less to plan, checkpoint and prove. Each step
 * is the child of the one before it.
 */

/** `reduceByWindow`: reduce each batch, window, reduce. With an inverse: incremental, under one key, silent before the first element ever. */
export function reduceByWindowRecipe(
  window: BatchWindow,
  functions: { readonly f: JobFunction; readonly inverse?: JobFunction },
): readonly RecipeStep[] {
  const { f, inverse } = functions;
  if (inverse !== undefined) return incremental(window, { element: (element) => element, f, inverse });
  return [
    { suffix: "reduce", spec: { kind: "reduce" }, functions: { f } },
    { suffix: "window", spec: { kind: "window", ...window }, functions: {} },
    { suffix: "", spec: { kind: "reduce" }, functions: { f } },
  ];
}

/** `countByWindow`: silent before the first element ever, afterwards a number for each window, 0 for an empty one. */
export function countByWindowRecipe(window: BatchWindow): readonly RecipeStep[] {
  return incremental(window, { element: () => 1, f: plus, inverse: minus });
}

/** `countByValueAndWindow`: [value, how often]; a value that has left the window is gone. */
export function countByValueAndWindowRecipe(window: BatchWindow, partitions?: number): readonly RecipeStep[] {
  const spec = {
    kind: "reduceByKeyAndWindow",
    ...window,
    inverse: true,
    filtered: true,
    ...(partitions === undefined ? {} : { partitions }),
  } as const;
  return [
    { suffix: "pairs", spec: { kind: "map" }, functions: { f: (value) => [value, 1] } },
    { suffix: "", spec, functions: { f: plus, inverse: minus, filter: (_, count) => count !== 0 } },
  ];
}

/** `groupByKeyAndWindow`: per key the concatenation of the groups of each batch, oldest first. */
export function groupByKeyAndWindowRecipe(window: BatchWindow, partitions?: number): readonly RecipeStep[] {
  const inTasks = partitions === undefined ? {} : { partitions };
  return [
    { suffix: "group", spec: { kind: "groupByKey", ...inTasks }, functions: {} },
    { suffix: "window", spec: { kind: "window", ...window }, functions: {} },
    {
      suffix: "",
      spec: { kind: "combineByKey", mapSideCombine: false, ...inTasks },
      functions: { create: (group) => [...asList(group)], mergeValue: concatenate, mergeCombiners: concatenate },
    },
  ];
}

/** The inverse rule under one constant key. */
function incremental(
  window: BatchWindow,
  functions: { readonly element: JobFunction; readonly f: JobFunction; readonly inverse: JobFunction },
): readonly RecipeStep[] {
  const { element, f, inverse } = functions;
  return [
    { suffix: "pairs", spec: { kind: "map" }, functions: { f: (value) => [null, element(value)] } },
    {
      suffix: "window",
      spec: { kind: "reduceByKeyAndWindow", ...window, inverse: true, filtered: false, oneKey: true },
      functions: { f, inverse },
    },
    { suffix: "", spec: { kind: "map" }, functions: { f: (pair) => asList(pair)[1] } },
  ];
}

const plus: JobFunction = (left, right) => Number(left) + Number(right);
const minus: JobFunction = (whole, part) => Number(whole) - Number(part);

/** Appends to the first list, which `create` made: a batch's own group is still in the window. */
const concatenate: JobFunction = (all, group) => {
  const list = asList(all);
  for (const value of asList(group)) list.push(value);
  return list;
};

function asList(value: unknown): unknown[] {
  return value as unknown[];
}
