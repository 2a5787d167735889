import { AppError } from "@millrace/model";
import type { Dashboard } from "./dashboard.ts";
import type { Metrics } from "./prometheus-api.ts";

/** What was picked of each variable; absent: all. */
export type Picked = ReadonlyMap<string, readonly string[]>;

/** A variable and what may be picked. */
export interface VariableValues {
  readonly name: string;
  readonly values: readonly string[];
}

/** What each variable of a dashboard may be now. */
export async function valuesOf({ variables }: Dashboard, metrics: Metrics): Promise<readonly VariableValues[]> {
  return Promise.all(variables.map(async ({ name, metric, label }) => ({ name, values: await metrics.labelValues(metric, label) })));
}

/** What stands in queries for each variable: the picked ones, else all, as Grafana writes them into a pattern; and the time that rates look back. */
export function fillingOf(
  { name, variables }: Dashboard,
  of: { readonly values: readonly VariableValues[]; readonly picked: Picked; readonly rateInterval: string },
): ReadonlyMap<string, string> {
  const filling = new Map([["__rate_interval", of.rateInterval]]);
  for (const variable of of.picked.keys()) {
    if (variables.some((known) => known.name === variable)) continue;
    const known = variables.map((each) => each.name).join(", ");
    const message = `the dashboard has no such variable, it has ${known === "" ? "none" : known} dashboard=${name} variable=${variable}`;
    throw new AppError({ kind: "invalid", code: "dashboard-variable-unknown", message });
  }
  for (const { name: variable, values } of of.values) filling.set(variable, (of.picked.get(variable) ?? values).map(inPattern).join("|"));
  return filling;
}

/** A value within a pattern within a quoted string: a dot is a dot. */
function inPattern(value: string): string {
  return value
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"');
}

/** The query as Grafana sends it. */
export function filledIn(expression: string, filling: ReadonlyMap<string, string>): string {
  const unknown = [...expression.matchAll(VARIABLE)].map(([, name = ""]) => name).find((name) => !filling.has(name));
  if (unknown !== undefined) throw new Error(`the dashboard has no variable $${unknown}, in: ${expression}`);
  return expression.replaceAll(VARIABLE, (_, name: string) => filling.get(name) ?? "");
}

const VARIABLE = /\$\{?(\w+)\}?/g;
