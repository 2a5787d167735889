import { describe, expect, it } from "@jest/globals";
import { expressionParts } from "./expression-parts.ts";

const cases: readonly (readonly [what: string, expression: string, parts: readonly string[]])[] = [
  ["a comparison with a number", "max(a_b) > 0", ["max(a_b)"]],
  [
    "a comparison of two sides",
    "sum by (job) (rate(a[5m])) > on (job) max by (job) (b)",
    ["sum by (job) (rate(a[5m]))", "max by (job) (b)"],
  ],
  ["sets", '(deriv(a[10m]) > 0.5) and on (job) (sum(rate(b{x="and > 1"}[10m])) > 0)', ["deriv(a[10m])", 'sum(rate(b{x="and > 1"}[10m]))']],
  ["matchers that look like comparisons", 'up{job=~"millrace.*", x!="y"} == 0', ['up{job=~"millrace.*", x!="y"}']],
  ["a factor beside a metric stays with it", "a > 0.01 * sum(b)", ["a", "0.01 * sum(b)"]],
  ["a number in place of nothing", "(sum(a) or vector(0)) != 1", ["sum(a)"]],
  ["words that begin like operators", "or_b + android < order", ["or_b + android", "order"]],
];

describe("expressionParts", () => {
  it.each(cases)("finds the sides of %s", (_, expression, parts) => {
    expect(expressionParts(expression)).toEqual(parts);
  });
});
