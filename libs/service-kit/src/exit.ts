import { AppError, type ErrorKind } from "@millrace/model";

/** Exit codes that scripts can rely on. 0 is success, 130 an interrupt that was forced. */
const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  internal: 1,
  invalid: 2,
  "not-found": 3,
  conflict: 4,
  fenced: 5,
  exhausted: 6,
  retry: 7,
  unavailable: 7,
  corrupt: 8,
};

/** The exit code of a process that ends because of this error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof AppError ? EXIT_CODES[error.kind] : 1;
}

/** One line for people: `error: <message> [<code>]`. A bug, which is not theirs to fix, comes with its stack. */
export function formatError(error: unknown): string {
  if (error instanceof AppError && error.kind !== "internal") return `error: ${error.message} [${error.code}]`;
  const original = error instanceof AppError && error.cause instanceof Error ? error.cause : error;
  return `error: ${original instanceof Error ? (original.stack ?? original.message) : String(original)} [internal]`;
}
