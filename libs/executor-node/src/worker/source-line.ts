import { AppError } from "@millrace/model";
import { ExpressionFault } from "@millrace/ports";

/** Adds where in the user's source the error came from, if that is known. */
export function withSourceLine(error: AppError): AppError {
  const stack = (error.cause as { readonly stack?: unknown } | undefined)?.stack;
  if (error.code !== "user-code-failed" || typeof stack !== "string" || error.cause instanceof ExpressionFault) return error;
  const frame = /\bat (?:.*\()?(?:file:\/\/)?(\/[^)\s]+:\d+):\d+\)?/.exec(stack)?.[1];
  if (frame === undefined) return error;
  const { kind, code, reason: message, context, cause } = error;
  return new AppError({ kind, code, message, context: { ...context, at: frame }, cause });
}
