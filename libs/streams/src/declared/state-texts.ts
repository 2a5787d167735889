import type { JobFunction, OperatorNode } from "@millrace/model";
import type { ExpressionType } from "@millrace/ports";
import type { State } from "../state-spec.ts";
import { operatorNeedsModule } from "./expression-errors.ts";
import { ANYTHING, CONDITION, ofType, type OperatorTexts } from "./operator-texts.ts";
import { type Pairs, pairShape, plainShape, type Shape, type Variable, variable } from "./shapes.ts";

/** What becomes of a stateful operator's texts. */
export interface DeclaredState {
  readonly functions: Readonly<Record<string, JobFunction>>;
  readonly shape: Shape;
}

const TIME = variable("time", "timestamp");

/** `initial` of the key is what a key without state has; its type is that of the state. One that is null may become anything. */
function initialOf(texts: OperatorTexts, key: Variable): { readonly f: JobFunction; readonly type: ExpressionType } {
  const { f, type } = texts.nary("initial", [key], ANYTHING);
  return { f, type: type === "null" ? "any" : type };
}

/** `state` of key, the batch's values, state and time; `remove` of the same, with the new state. */
export function updateStateOf(
  operator: OperatorNode & { readonly kind: "updateStateByKey" },
  texts: OperatorTexts,
  pairs: Pairs,
): DeclaredState {
  if (operator.form !== "keyed" || operator.hasInitial === true)
    throw operatorNeedsModule(operator, "the form keyed without given states, whose expressions are initial, state and remove");
  const key = variable("key", pairs.key);
  const initial = initialOf(texts, key);
  const variables = [key, variable("values", { list: pairs.value }), variable("state", initial.type), TIME];
  const next = texts.nary("state", variables, ofType(initial.type)).f;
  const remove = texts.has("remove") ? texts.nary("remove", variables, CONDITION).f : undefined;
  const f: JobFunction = (time, ofKey, values, state) => {
    const after = next(ofKey, values, state === undefined ? initial.f(ofKey) : state, time);
    return remove?.(ofKey, values, after, time) === true ? undefined : after;
  };
  return { functions: { f }, shape: pairShape(pairs.key, initial.type) };
}

/**
 * `state` of key, value, state and time, for each record; of the same with the new state, and with `before`, the former one: `result`, which the record yields where `condition` holds, and
 * `remove`. `timeoutResult` of key, state and time is what a key yields that was idle for too long.
 */
export function mapWithStateOf(
  operator: OperatorNode & { readonly kind: "mapWithState" },
  texts: OperatorTexts,
  pairs: Pairs,
): DeclaredState {
  if (operator.hasInitial === true) throw operatorNeedsModule(operator, "no given states, and the expression initial");
  const key = variable("key", pairs.key);
  const initial = initialOf(texts, key);
  const state = variable("state", initial.type);
  const next = texts.nary("state", [key, ...pairs.parts, state, TIME], ofType(initial.type)).f;
  const afterwards = [key, ...pairs.parts, state, variable("before", initial.type), TIME];
  const result = texts.nary("result", afterwards, ANYTHING);
  const condition = texts.has("condition") ? texts.nary("condition", afterwards, CONDITION).f : undefined;
  const remove = texts.has("remove") ? texts.nary("remove", afterwards, CONDITION).f : undefined;
  const timedOut = texts.has("timeoutResult") ? texts.nary("timeoutResult", [key, state, TIME], ofType(result.type)).f : undefined;
  const f: JobFunction = (time, ofKey, value, given) => {
    const kept = given as State<unknown>;
    if (kept.isTimingOut()) return timedOut?.(ofKey, kept.get(), time);
    const before = kept.exists() ? kept.get() : initial.f(ofKey);
    const values = pairs.parts.map(({ of }) => of(value));
    const after = next(ofKey, ...values, before, time);
    const all = [ofKey, ...values, after, before, time];
    if (remove?.(...all) === true) kept.remove();
    else kept.update(after);
    return condition === undefined || condition(...all) === true ? result.f(...all) : undefined;
  };
  return { functions: { f }, shape: { ...plainShape(result.type), states: pairShape(pairs.key, initial.type) } };
}
