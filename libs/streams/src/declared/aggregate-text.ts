import type { JobFunction } from "@millrace/model";
import type { ExpressionOutline, ExpressionType } from "@millrace/ports";
import { type Aggregator, aggregatorFunctions } from "../aggregator.ts";
import { count, max, mean, min, sum } from "../aggregators.ts";
import { allOf, collectList, collectSet, of, type Part, when } from "../collections.ts";
import { CONDITION, type OperatorTexts, type Wanted } from "./operator-texts.ts";
import { typeText, type Variable } from "./shapes.ts";

/** What an aggregation makes of many values. */
export interface Aggregation {
  readonly type: ExpressionType;
  readonly functions: Readonly<Record<string, JobFunction>>;
}

interface Made {
  readonly type: ExpressionType;
  readonly aggregator: Aggregator<unknown, unknown>;
}

const NUMBER: Wanted = { what: "numbers, int or double", fits: (type) => type === "int" || type === "double" };
const ORDERED: Wanted = {
  what: "numbers, texts or timestamps, which have an order",
  fits: (type) => ["int", "double", "string", "timestamp", "duration"].includes(typeText(type)),
};
const ANY: Wanted = { what: "values", fits: () => true };

interface AggregateFunction {
  readonly wanted: Wanted;
  readonly aggregator: () => Part<never, unknown>;
  readonly type: (argument: ExpressionType) => ExpressionType;
}

/** Aggregates of one argument; `count` has none, or a condition. */
const FUNCTIONS: Readonly<Record<string, AggregateFunction>> = {
  sum: { wanted: NUMBER, aggregator: sum, type: (argument) => argument },
  mean: { wanted: NUMBER, aggregator: mean, type: () => "double" },
  min: { wanted: ORDERED, aggregator: min, type: (argument) => argument },
  max: { wanted: ORDERED, aggregator: max, type: (argument) => argument },
  list: { wanted: ANY, aggregator: collectList, type: (argument) => ({ list: argument }) },
  set: { wanted: ANY, aggregator: collectSet, type: (argument) => ({ list: argument }) },
};

const KNOWN = `count(), count(condition), ${Object.keys(FUNCTIONS)
  .map((name) => `${name}(value)`)
  .join(", ")}`;
const FIX = `give one of ${KNOWN}, or a record of them: {"name": count()}`;

/** The expression `aggregate` of an operator: one aggregate, or a record of several, each over an expression of the values. */
export function aggregateOf(texts: OperatorTexts, variables: readonly Variable[], operator: string): Aggregation {
  const text = texts.text("aggregate", `one of ${KNOWN}`);
  const outline = texts.outline("aggregate", text);
  const { type, aggregator } = outline.kind === "record" ? recordOf(texts, variables, outline.parts) : made(texts, variables, outline);
  return { type, functions: aggregatorFunctions(aggregator, operator) };
}

function recordOf(texts: OperatorTexts, variables: readonly Variable[], parts: readonly (readonly [name: string, text: string])[]): Made {
  const each = parts.map(([name, text]) => [name, made(texts, variables, texts.outline("aggregate", text))] as const);
  const aggregators = Object.fromEntries(each.map(([name, { aggregator }]) => [name, aggregator]));
  return {
    type: { record: Object.fromEntries(each.map(([name, { type }]) => [name, type])) },
    aggregator: allOf<unknown, Readonly<Record<string, unknown>>>(aggregators),
  };
}

function made(texts: OperatorTexts, variables: readonly Variable[], outline: ExpressionOutline): Made {
  if (outline.kind !== "call") {
    const column = outline.kind === "other" ? outline.column : 1;
    throw texts.invalid("aggregate", column, { problem: "it is no aggregate", fix: FIX });
  }
  const { name, parts, column } = outline;
  const [argument, ...more] = parts;
  if (name === "count" && more.length === 0) return counted(texts, variables, argument);
  const known = Object.entries(FUNCTIONS).find(([own]) => own === name)?.[1];
  if (known === undefined) throw texts.invalid("aggregate", column, { problem: `there is no aggregate ${name}`, fix: FIX });
  if (argument === undefined || more.length > 0)
    throw texts.invalid("aggregate", column, { problem: `${name} takes one argument, and has ${parts.length}`, fix: FIX });
  const compiled = texts.part("aggregate", argument, { variables, wanted: known.wanted });
  return { type: known.type(compiled.type), aggregator: of(compiled.f, known.aggregator() as unknown as Aggregator<unknown, unknown>) };
}

function counted(texts: OperatorTexts, variables: readonly Variable[], condition: string | undefined): Made {
  if (condition === undefined) return { type: "int", aggregator: count() };
  const { f } = texts.part("aggregate", condition, { variables, wanted: CONDITION });
  return { type: "int", aggregator: when((value: unknown) => f(value) === true, count()) };
}
