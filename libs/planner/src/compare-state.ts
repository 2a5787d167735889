import type { JobGraph, OperatorNode } from "@millrace/model";
import { needsCheckpoint } from "./operator-traits.ts";

/** What becomes of one operator's state when a job starts from a savepoint of another version of itself. */
export interface StateFate {
  readonly operatorId: string;
  /** kept: as it was. new: starts empty. dropped: the job has no such operator. refused: what is saved would be read as something else. */
  readonly fate: "kept" | "new" | "dropped" | "refused";
  /** Why, and what to do; empty when there is nothing to say. */
  readonly note: string;
}

/**
 * Operator by operator, what of a savepoint the new graph takes: first the new graph's stateful operators in order, then those that are gone. `saved`: operators
 * that the savepoint has state of. Nothing is converted: state that another setting wrote is refused, since reading it would give wrong results silently.
 */
export function compareState(before: JobGraph, after: JobGraph, saved: ReadonlySet<string>): StateFate[] {
  const former = new Map(before.operators.map((operator) => [operator.id, operator]));
  const here = new Set(after.operators.map(({ id }) => id));
  const fates = after.operators
    .filter((operator) => keepsState(operator) || remembers(operator, saved))
    .map((operator) => fateOf(operator, former.get(operator.id), saved));
  const gone = before.operators.filter(({ id }) => saved.has(id) && !here.has(id));
  const stateless = after.operators.filter((operator) => saved.has(operator.id) && !keepsState(operator) && !remembers(operator, saved));
  return [
    ...withGrid(fates, before, after),
    ...stateless.map(({ id, kind }): StateFate => ({
      operatorId: id,
      fate: "refused",
      note: `it is ${kind} now, which keeps no state: ${RENAME}`,
    })),
    ...gone.map(({ id }): StateFate => ({ operatorId: id, fate: "dropped", note: "the job has no operator of this id" })),
  ];
}

const RENAME = "give it another id with .named() to start it empty";

/** Kinds that leave something in checkpoints. */
export function keepsState(operator: OperatorNode): boolean {
  return needsCheckpoint(operator) || operator.kind === "window" || operator.kind === "reduceByKeyAndWindow" || operator.kind === "limit";
}

/** A source that is no topic may remember what it has read; that it does is known from what is saved. */
function remembers(operator: OperatorNode, saved: ReadonlySet<string>): boolean {
  return operator.kind === "source" && operator.source.type === "connector" && saved.has(operator.id);
}

function fateOf(operator: OperatorNode, former: OperatorNode | undefined, saved: ReadonlySet<string>): StateFate {
  const operatorId = operator.id;
  if (former === undefined) return { operatorId, fate: "new", note: "" };
  const refused = refusalOf(former, operator);
  if (refused !== undefined && saved.has(operatorId)) return { operatorId, fate: "refused", note: refused };
  if (!saved.has(operatorId)) return { operatorId, fate: "new", note: "the savepoint has no state of it" };
  return { operatorId, fate: "kept", note: noteOf(former, operator) };
}

function refusalOf(former: OperatorNode, operator: OperatorNode): string | undefined {
  if (former.kind !== operator.kind) return `it was ${former.kind} and is ${operator.kind} now: ${RENAME}`;
  const was = formOfState(former);
  const is = formOfState(operator);
  const changed = Object.keys({ ...was, ...is }).filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]));
  const [first] = changed;
  if (first !== undefined) return `${first} was ${textOf(was[first])} and is ${textOf(is[first])} now: set it back, or ${RENAME}`;
  return variablesRefused(former, operator);
}

/** The settings without which the saved bytes mean something else. What may change freely (a ttl, a mode, a lateness) is not among them. */
function formOfState(operator: OperatorNode): Readonly<Record<string, unknown>> {
  const { partitions } = operator;
  switch (operator.kind) {
    case "window":
      return { partitions, windowMs: operator.windowMs };
    case "reduceByKeyAndWindow":
      return { partitions, windowMs: operator.windowMs, slideMs: operator.slideMs, inverse: operator.inverse };
    case "aggregateByTimeWindow":
      return { partitions, window: operator.window };
    case "dropDuplicates":
      return { partitions, until: operator.until };
    case "joinWithin":
      return { partitions, type: operator.type, bounds: operator.bounds };
    case "joinTable":
      return { partitions, asOf: operator.asOf };
    case "mapGroupsWithState":
      return { partitions, timeout: operator.timeout };
    case "process":
      return { partitions, timers: operator.timers };
    default:
      return { partitions };
  }
}

/** A variable of another type would be looked for where it is not. */
function variablesRefused(former: OperatorNode, operator: OperatorNode): string | undefined {
  if (former.kind !== "process" || operator.kind !== "process") return undefined;
  for (const [name, { type }] of Object.entries(operator.variables)) {
    const was = former.variables[name]?.type;
    if (was !== undefined && was !== type) return `variable ${name} was a ${was} and is a ${type} now: give the variable another name`;
  }
  return undefined;
}

function noteOf(former: OperatorNode, operator: OperatorNode): string {
  if (former.kind !== "process" || operator.kind !== "process") return "";
  const added = Object.keys(operator.variables).filter((name) => !(name in former.variables));
  const removed = Object.keys(former.variables).filter((name) => !(name in operator.variables));
  const notes = [
    added.length > 0 ? `new variables: ${added.join(", ")}` : "",
    removed.length > 0 ? `no longer read: ${removed.join(", ")}` : "",
  ];
  return notes.filter((note) => note !== "").join("; ");
}

/** Windows on batch time count batches, so that they cannot live on another grid. */
function withGrid(fates: readonly StateFate[], before: JobGraph, after: JobGraph): readonly StateFate[] {
  const was = before.settings.batchIntervalMs;
  const is = after.settings.batchIntervalMs;
  if (was === is) return fates;
  const counts = new Set(after.operators.filter(({ kind }) => kind === "window" || kind === "reduceByKeyAndWindow").map(({ id }) => id));
  return fates.map((fate) =>
    fate.fate === "kept" && counts.has(fate.operatorId)
      ? {
          ...fate,
          fate: "refused",
          note: `it counts batches, and the batch interval was ${was} ms and is ${is} ms now: set it back, or ${RENAME}`,
        }
      : fate,
  );
}

function textOf(value: unknown): string {
  return value === undefined ? "not set" : JSON.stringify(value);
}
