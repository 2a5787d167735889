import { AppError } from "@millrace/model";
import { exitCodeOf, formatError } from "@millrace/service-kit";
import { jsonLine } from "./output/json.ts";
import type { CliWorld } from "./world.ts";

/** Errors of what a command looked at; the command itself was right. */
const NOT_THE_COMMAND: readonly string[] = ["job-failed", "doctor-found-problems"];

/** One line on standard error, as JSON where the results are; returns the exit code. */
export function reportError(error: unknown, { world, asJson }: { readonly world: CliWorld; readonly asJson: boolean }): number {
  if (asJson && error instanceof AppError) {
    const { kind, code, reason, context } = error;
    world.note(jsonLine({ error: { kind, code, message: reason, context } }).trimEnd());
  } else {
    world.note(formatError(error));
  }
  return error instanceof AppError && NOT_THE_COMMAND.includes(error.code) ? 1 : exitCodeOf(error);
}
