import type { CallPosition } from "@millrace/dataflow";
import { AppError, toAppError } from "@millrace/model";

/** Every error of this lib; each code has a page in docs/errors. */
export const errors = {
  graphMismatch: (): AppError =>
    new AppError({
      kind: "invalid",
      code: "graph-mismatch",
      message: "the bundle builds another graph than was submitted: the job's function must not depend on clock, randomness or environment",
    }),
  bundleFailed: (cause: unknown): AppError =>
    new AppError({
      kind: "invalid",
      code: "bundle-failed",
      message: `the job's module threw while it was loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    }),
  /** `at`: the user function that it was in, as far as that is known. */
  workerEnded: (reason: string, detail: string, at?: CallPosition): AppError =>
    reason === "out-of-memory"
      ? new AppError({
          kind: "exhausted",
          code: "worker-out-of-memory",
          message: `a worker of the job used up its memory${whileIn(at)}: keep less in user code, or give workers more with --worker-heap-mb`,
          context: contextOf(at),
        })
      : reason === "unresponsive" && at !== undefined
        ? new AppError({
            kind: "invalid",
            code: "user-code-hangs",
            message: `${at.kind} did not return: ${causeLine(detail)}; correct the job's function, which may loop for ever, and start it again`,
            context: contextOf(at),
          })
        : new AppError({
            kind: "internal",
            code: "worker-ended",
            message: "a worker of the job ended unexpectedly: its last words are in the executor's log",
            context: { reason, detail: causeLine(detail) },
          }),
  staleShuffle: (context: Readonly<Record<string, string | number>>): AppError =>
    new AppError({ kind: "fenced", code: "stale-shuffle", message: "blocks of another job epoch are not taken", context }),
  tasksNotOpen: (): AppError =>
    new AppError({
      kind: "retry",
      code: "job-not-running",
      message: "this worker of the job has not opened its tasks yet: try again in a moment",
    }),
  protocol: (what: string): AppError => new AppError({ kind: "internal", code: "worker-protocol", message: `unexpected message: ${what}` }),
  stateDamaged: (context: Readonly<Record<string, string | number>>): AppError =>
    new AppError({
      kind: "corrupt",
      code: "checkpoint-damaged",
      message: "a state part is not what was written: start from an older savepoint",
      context,
    }),
  marksLost: (context: Readonly<Record<string, string | number>>): AppError =>
    new AppError({
      kind: "corrupt",
      code: "marks-lost",
      message:
        "the progress marks of the job's last checkpoint are gone: start it anew from a savepoint, which says what output will repeat",
      context,
    }),
  /** Keeps kind and code of what a connector said; names the operator. */
  sinkFailed: (operator: string, cause: unknown): AppError => {
    const { kind, code, reason: message, context } = cause instanceof AppError ? cause : unnamedSinkFailure(cause);
    return new AppError({ kind, code, message, context: { operator, ...context }, cause });
  },
  /** The same for a source. */
  sourceFailed: (operator: string, cause: unknown): AppError => {
    if (cause instanceof AppError && cause.context.operator !== undefined) return cause;
    const { kind, code, reason: message, context } = cause instanceof AppError ? cause : unnamedSourceFailure(cause);
    return new AppError({ kind, code, message, context: { operator, ...context }, cause });
  },
  notDecoded: (operator: string, cause: unknown): AppError =>
    new AppError({
      kind: "invalid",
      code: "record-not-decoded",
      message: `what was sent cannot be decoded: ${toAppError(cause).reason}`,
      context: { operator },
      cause,
    }),
  receivedTooMuch: (operator: string): AppError =>
    new AppError({
      kind: "exhausted",
      code: "received-too-much",
      message: "what was received waits for its topic: send less, or give the topic more partitions",
      context: { operator },
    }),
  sourceBroken: (operator: string, problem: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "source-contract-broken",
      message: `a source does not keep its contract: ${problem}; run describeStreamSourceContract on it`,
      context: { operator },
    }),
  unknownConnector: (operator: string, connector: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "unknown-connector",
      message: "workers have no connector of this name: run executors of the version that the job was built with",
      context: { operator, connector },
    }),
  noCoordinator: (addresses: string): AppError =>
    new AppError({
      kind: "unavailable",
      code: "no-coordinator",
      message: "no coordinator answers: is one running at these addresses",
      context: { addresses },
    }),
} as const;

function unnamedSinkFailure(cause: unknown): AppError {
  return new AppError({
    kind: "unavailable",
    code: "sink-failed",
    message: `a sink failed: ${toAppError(cause).reason}; see that its target is up and that the job may write there`,
    cause,
  });
}

function unnamedSourceFailure(cause: unknown): AppError {
  return new AppError({
    kind: "unavailable",
    code: "source-failed",
    message: `a source failed: ${toAppError(cause).reason}; see that what it reads is there and that the job may read it`,
    cause,
  });
}

function whileIn(at: CallPosition | undefined): string {
  return at === undefined ? "" : ` in ${at.kind}`;
}

function contextOf(at: CallPosition | undefined) {
  if (at === undefined) return {};
  return { operator: at.operator, name: at.name, function: at.function, batch: at.batch, position: at.position };
}

/** The line that names the error, of a stack trace or whatever else a process printed last. */
function causeLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return (lines.find((line) => /^\w*Error\b/.test(line)) ?? lines[0] ?? "").slice(0, 300);
}
