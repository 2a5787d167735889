import { AppError, type OperatorNode } from "@millrace/model";

/** A user function threw: the same batch would fail again. `cause` is what it threw. */
export function userCodeFailed(failure: {
  readonly operator: OperatorNode;
  readonly functionName: string;
  readonly position: string | undefined;
  readonly batch: number;
  readonly cause: unknown;
}): AppError {
  const { operator, functionName, position, batch, cause } = failure;
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new AppError({
    kind: "invalid",
    code: "user-code-failed",
    message: `${operator.kind} threw ${reason}; correct the job's function and start it again`,
    context: { operator: operator.id, name: operator.name, function: functionName, batch, position },
    cause,
  });
}

/** Nobody answered what `mapAsync` asked, in all attempts: it may pass. */
export function noAnswer(of: {
  readonly operator: OperatorNode;
  readonly attempts: number;
  readonly batch: number;
  readonly cause: unknown;
}): AppError {
  const { operator, attempts, batch, cause } = of;
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new AppError({
    kind: "unavailable",
    code: "no-answer",
    message: `mapAsync got no answer (${reason}): see that what it asks is well, or give it more time, retries, or otherwise`,
    context: { operator: operator.id, name: operator.name, attempts, batch },
    cause,
  });
}

/** A function returned what its operator cannot use. */
export function wrongResult(operator: OperatorNode, expected: string, got: unknown): AppError {
  return new AppError({
    kind: "invalid",
    code: "wrong-result",
    message: `the function of ${operator.kind} must return ${expected}`,
    context: { operator: operator.id, name: operator.name, got: describe(got) },
  });
}

/** An element that a keyed operator was given is no pair. */
export function notAPair(operatorId: string, got: unknown): AppError {
  return new AppError({
    kind: "invalid",
    code: "not-a-pair",
    message: "a keyed operator needs [key, value] pairs: map to them first",
    context: { operator: operatorId, got: describe(got) },
  });
}

/** A record's bytes do not fit the source's schema. */
export function badRecord(reason: string, context: { readonly operator: string; readonly position: string }): AppError {
  return new AppError({
    kind: "invalid",
    code: "bad-record",
    message: `a record cannot be decoded: ${reason}; correct it, or set onBadRecord on the source to "skip" or { deadLetter: topic }`,
    context,
  });
}

export function parentBatchMissing(operator: OperatorNode, parent: string, timeMs: number): AppError {
  return new AppError({
    kind: "invalid",
    code: "parent-batch-missing",
    message: "a parent has no batch at a time at which this operator needs one",
    context: { operator: operator.id, parent, timeMs },
  });
}

/** `transform` gave nothing back: an empty batch is a list without elements. */
export function transformReturnedNothing(operator: OperatorNode): AppError {
  return new AppError({
    kind: "invalid",
    code: "transform-returned-nothing",
    message: "the function of transform must return a batch; an empty one is a batch too",
    context: { operator: operator.id, name: operator.name },
  });
}

/** A state that is not there was read. */
export function stateAbsent(operatorId: string): AppError {
  return new AppError({
    kind: "invalid",
    code: "state-absent",
    message: "State is not set for this key: ask exists(), or read it with getOption()",
    context: { operator: operatorId },
  });
}

/** A state was changed at a point where that cannot have an effect. */
export function stateIllegalCall(operatorId: string, reason: string): AppError {
  return new AppError({ kind: "invalid", code: "state-illegal-call", message: reason, context: { operator: operatorId } });
}

/** An operator that others follow on event time emitted what they would drop as late. */
export function emittedInThePast(operatorId: string, times: { readonly timeMs: number; readonly watermarkMs: number }): AppError {
  return new AppError({
    kind: "invalid",
    code: "emitted-in-the-past",
    message:
      "an element was emitted at a time below the watermark, where those who follow would drop it as late: emit it at the watermark or above",
    context: { operator: operatorId, ...times },
  });
}

export function missingFunction(operator: OperatorNode, functionName: string): AppError {
  return new AppError({
    kind: "invalid",
    code: "graph-mismatch",
    message: "the job's bundle has no such function: build the graph and the bundle from the same source",
    context: { operator: operator.id, function: functionName },
  });
}

export function formatNotSupported(format: string): AppError {
  return new AppError({
    kind: "invalid",
    code: "format-not-supported",
    message: "workers have no such serialisation format: run executors of the version that the job was built with",
    context: { format },
  });
}

export function notSupported(operator: OperatorNode, reason: string): AppError {
  return new AppError({
    kind: "invalid",
    code: "operator-not-supported",
    message: reason,
    context: { operator: operator.id, kind: operator.kind },
  });
}

export function corruptState(operatorId: string, reason: string): AppError {
  return new AppError({
    kind: "corrupt",
    code: "corrupt-state",
    message: `a state part cannot be read: ${reason}`,
    context: { operator: operatorId },
  });
}

export function corruptBlock(reason: string, context: { readonly edge: number; readonly fromTask: number }): AppError {
  return new AppError({ kind: "corrupt", code: "corrupt-shuffle-block", message: `a shuffle block cannot be read: ${reason}`, context });
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `array of ${value.length}`;
  return typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : typeof value;
}

/** A query of state names a key that is no JSON. */
export function invalidStateKey(key: string, cause: unknown): AppError {
  const message = 'a key of state is asked for as JSON: 7 for a number, "seven" with its quotes for a string';
  return new AppError({ kind: "invalid", code: "state-key-invalid", message, context: { key }, cause });
}
