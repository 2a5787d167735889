/** What the caller should do about an error; see docs/errors. Mapped to gRPC statuses and Kafka codes at the edges only. */
export type ErrorKind =
  | "invalid" // the request or setting is wrong: change it
  | "not-found" // the thing named does not exist
  | "conflict" // it exists already, or changed meanwhile: read again
  | "fenced" // an older incarnation asks: stop
  | "exhausted" // over a limit: less, or later
  | "retry" // moving or loading: the same request will do, soon
  | "unavailable" // the other side is away: retry with back-off
  | "corrupt" // bytes are not what was written
  | "internal"; // a bug

export interface AppErrorInit {
  readonly kind: ErrorKind;
  /** Stable, kebab-case, has a page in docs/errors. */
  readonly code: string;
  /** Lower case, no full stop: what failed and what to do. Values go into `context`. */
  readonly message: string;
  readonly context?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly cause?: unknown;
}

/** A typed error of the world: what, where, and how to fix it. Bugs are assertions instead. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly kind: ErrorKind;
  readonly code: string;
  readonly context: Readonly<Record<string, string | number | boolean | undefined>>;
  /** The message without its context values. */
  readonly reason: string;

  constructor(init: AppErrorInit) {
    const context = init.context ?? {};
    const values = Object.entries(context)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${String(value)}`);
    super([init.message, ...values].join(" "), init.cause === undefined ? undefined : { cause: init.cause });
    this.kind = init.kind;
    this.code = init.code;
    this.reason = init.message;
    this.context = context;
  }
}

/** True for an error worth the same request again: something is moving, loading or away. */
export function isRetriable(error: unknown): boolean {
  return error instanceof AppError && (error.kind === "retry" || error.kind === "unavailable");
}

/** The error as an AppError; anything unknown becomes kind `internal`, with the original as cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AppError({ kind: "internal", code: "internal", message, cause: error });
}
