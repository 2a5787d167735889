import type { JobDefinition } from "@millrace/model";
import { NaiveJob } from "../property/naive.ts";
import { GoldenJob } from "./build-golden.ts";
import type { Difference } from "./check-golden.ts";
import type { Batches, GoldenCase, GoldenOperator } from "./golden-case.ts";

/**
 * Differences on purpose that a rule says for any table, not one by one: what the engine must give instead is worked out by the naive evaluation that the
 * property tests use, which looks at whole windows and has no incremental state to go wrong.
 */
const RULES: readonly { readonly rule: string; readonly applies: (operator: GoldenOperator) => boolean }[] = [
  {
    rule: "semantics §15 line 1, §3: old and new batches of an inverse window are set differences: no phantom keys when the slide is above the window",
    applies: (operator) => isIncremental(operator) && (operator.slideMs ?? 0) > (operator.windowMs ?? Infinity),
  },
  {
    rule: "semantics §15 line 1, §3: a key that fails the filter is kept, unseen, while a batch of the window holds it; nothing throws when its batches leave",
    applies: (operator) => isIncremental(operator) && operator.filterFn === "valueNonZero",
  },
];

const COUNTING: readonly string[] = ["countByWindow", "countByValueAndWindow"];

function isIncremental({ op, fn, inv }: GoldenOperator): boolean {
  return COUNTING.includes(op) || (["reduceByKeyAndWindow", "reduceByWindow"].includes(op) && fn === "sum" && inv === "sub");
}

/** The difference that a rule says for the case; undefined if none applies, or the naive evaluation does not know the case (absent batches, queues). */
export function differenceByRule(golden: GoldenCase): Difference | undefined {
  const found = RULES.find(({ applies }) => golden.params.graph.some(applies));
  const { sources, outputs } = golden.params;
  const isKnown = sources.every(({ id, kind }) => kind === "batches" && !(golden.input[id] ?? []).includes(null));
  if (found === undefined || !isKnown) return undefined;
  const results = evaluate(new GoldenJob(golden, () => undefined).build(), golden);
  const [first = "", ...others] = outputs;
  const expected_more = Object.fromEntries(others.map((id) => [id, results.get(id) ?? []]));
  return { rule: found.rule, expected: results.get(first) ?? [], expected_more };
}

function evaluate(job: JobDefinition, { params, input }: GoldenCase): ReadonlyMap<string, Batches> {
  const naive = new NaiveJob(job);
  const results = new Map<string, (readonly unknown[] | null)[]>(params.outputs.map((id) => [id, []]));
  for (let index = 0; index < params.batches; index++) {
    const elements = new Map(params.sources.map(({ id }) => [id, input[id]?.[index] ?? []]));
    const streams = naive.run({ batch: index + 1, timeMs: (index + 1) * params.batchMs, late: undefined, evict: undefined, elements });
    for (const [id, batches] of results) batches.push(streams.get(id)?.map(({ value }) => value) ?? null);
  }
  return results;
}
