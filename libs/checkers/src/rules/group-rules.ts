import type { Evidence } from "../evidence.ts";
import type { Finding } from "../finding.ts";
import type { GroupOffsets, HistoryEvent, Key } from "../history/event.ts";
import { linesOf, type Operation } from "../operation.ts";

/** Rules about groups: a key has one owner, and what was committed never moves back by itself. */
export function* checkGroups(evidence: Evidence): Generator<Finding> {
  yield* ownersByGeneration(evidence);
  yield* ownersByTime(evidence);
  yield* committedOffsets(evidence);
}

/** In one generation a key has one owner, whenever its members hear of it. A static member that crashed may return into its generation as another process. */
function* ownersByGeneration({ operations }: Evidence): Generator<Finding> {
  const owners = new Map<string, Operation>();
  const crashed = new Set<number>();
  for (const operation of operations) {
    const { invoke } = operation;
    if (invoke.f === "crash") crashed.add(invoke.p);
    if (invoke.f !== "own" || invoke.v.generation === undefined) continue;
    for (const key of invoke.v.keys) {
      const name = JSON.stringify([invoke.v.group, invoke.v.generation, key]);
      const other = owners.get(name);
      if (other !== undefined && other.process !== operation.process && !crashed.has(other.process))
        yield overlap(key, `generation ${invoke.v.generation} of group ${invoke.v.group}`, [other, operation]);
      owners.set(name, operation);
    }
  }
}

/** Where clients do not tell their generation: nobody owns a key before its former owner has given it up, or crashed. */
function* ownersByTime({ operations }: Evidence): Generator<Finding> {
  const owners = new Map<string, Operation>();
  const owned = new Map<number, { readonly group: string; readonly keys: readonly Key[] }>();
  for (const operation of operations) {
    const { invoke, process } = operation;
    if (invoke.f !== "own" && invoke.f !== "crash") continue;
    const before = owned.get(process);
    for (const key of before?.keys ?? []) {
      const name = JSON.stringify([before?.group, key]);
      if (owners.get(name)?.process === process) owners.delete(name);
    }
    owned.delete(process);
    if (invoke.f === "crash" || invoke.v.generation !== undefined) continue;
    owned.set(process, invoke.v);
    for (const key of invoke.v.keys) {
      const name = JSON.stringify([invoke.v.group, key]);
      const other = owners.get(name);
      if (other !== undefined) yield overlap(key, `group ${invoke.v.group}`, [other, operation]);
      owners.set(name, operation);
    }
  }
}

function overlap(key: Key, where: string, [first, second]: readonly [Operation, Operation]): Finding {
  const message = `${key} belongs to process ${first.process} and to process ${second.process} in ${where}`;
  return { kind: "owners overlap", severity: "failure", message, lines: [...linesOf(first), ...linesOf(second)] };
}

interface Committed {
  readonly offset: number;
  readonly operation: Operation;
}

/**
 * Whoever commits or reads an offset after a commit was acknowledged does not fall below it. Commits that overlap in time may take effect in either order, so
 * each is compared with what was acknowledged when it began.
 */
function* committedOffsets(evidence: Evidence): Generator<Finding> {
  const acknowledged = new Map<string, Committed>();
  const begun = new Map<number, { readonly operation: Operation; readonly floors: ReadonlyMap<string, Committed> }>();
  for (const { operation, isInvocation } of inOrder(evidence)) {
    const offsets = groupOffsetsOf(isInvocation ? operation.invoke : operation.completion) ?? groupOffsetsOf(operation.completion);
    if (offsets === undefined || operation.outcome !== "ok") continue;
    const names = Object.entries(offsets.offsets).map(([key, offset]) => ({ name: JSON.stringify([offsets.group, key]), key, offset }));
    if (isInvocation) {
      const floors = names.flatMap(({ name }) => {
        const floor = acknowledged.get(name);
        return floor === undefined ? [] : [[name, floor] as const];
      });
      begun.set(operation.index, { operation, floors: new Map(floors) });
      continue;
    }
    const floors = begun.get(operation.index)?.floors;
    begun.delete(operation.index);
    for (const { name, key, offset } of names) {
      const floor = floors?.get(name);
      if (floor !== undefined && offset < floor.offset && offsets.isReset !== true)
        yield fallen({ key, group: offsets.group, offset, floor, operation });
      const isRead = operation.f === "committed";
      if (!isRead && (offsets.isReset === true || offset > (acknowledged.get(name)?.offset ?? -1)))
        acknowledged.set(name, { offset, operation });
    }
  }
}

function fallen(found: { key: Key; group: string; offset: number; floor: Committed; operation: Operation }): Finding {
  const { key, group, offset, floor, operation } = found;
  const message = `group ${group} committed ${floor.offset} of ${key}, and then ${operation.f === "committed" ? "had" : "took"} ${offset}`;
  const lines = [...linesOf(floor.operation), ...linesOf(operation)];
  return { kind: "committed offset falls", severity: "failure", message, lines };
}

function groupOffsetsOf(event: HistoryEvent): GroupOffsets | undefined {
  if (event.f === "commit" || event.f === "committed") return event.v;
  return "commit" in event ? event.commit : undefined;
}

/** Each invocation and each completion, in the order of the history. */
function inOrder({ operations }: Evidence): readonly { readonly operation: Operation; readonly isInvocation: boolean }[] {
  return operations
    .flatMap((operation) => [
      { operation, isInvocation: true, line: operation.invoke.i },
      { operation, isInvocation: false, line: operation.completion.i },
    ])
    .sort((a, b) => a.line - b.line || Number(b.isInvocation) - Number(a.isInvocation));
}
