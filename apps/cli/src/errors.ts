import { AppError, type AppErrorInit } from "@millrace/model";

/** What the command line itself finds wrong. */
export type CliErrorCode =
  | "bad-argument"
  | "bad-record-format"
  | "bundle-too-large"
  | "doctor-found-problems"
  | "input-line-too-long"
  | "job-build-failed"
  | "job-build-timeout"
  | "job-bundle-failed"
  | "job-failed"
  | "job-module-missing"
  | "job-type-error"
  | "partitions-refused"
  | "rescale-not-seen"
  | "savepoint-mismatch"
  | "self-test-failed"
  | "state-dropped"
  | "unknown-broker";

/** An error of kind `invalid`: what was given must change. */
export function cliError(code: CliErrorCode, message: string, context: NonNullable<AppErrorInit["context"]> = {}): AppError {
  return new AppError({ kind: "invalid", code, message, context });
}
