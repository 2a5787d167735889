import { AppError, type AppErrorInit } from "@millrace/model";

/** What can be wrong with a job while it is built. Each has a page in docs/errors and names the operator and the fix. */
export type JobErrorCode =
  | "collect-in-job"
  | "aggregator-incomplete"
  | "different-contexts"
  | "different-slides"
  | "duplicate-operator-name"
  | "graph-frozen"
  | "invalid-duration"
  | "invalid-job-name"
  | "invalid-job-setting"
  | "invalid-operator-name"
  | "invalid-operator-setting"
  | "job-build-async"
  | "no-output-operation"
  | "not-a-job"
  | "union-of-nothing"
  | "watermark-redefined"
  | "window-not-multiple";

/** An error of kind `invalid` with its values as context. */
export function jobError(code: JobErrorCode, message: string, context: NonNullable<AppErrorInit["context"]> = {}): AppError {
  return new AppError({ kind: "invalid", code, message, context });
}

/** A duration that is not a positive whole number of milliseconds. */
export function invalidDuration(value: number, unitMs: number): AppError {
  const message =
    "a duration must come to a whole number of milliseconds of at least 1: use milliseconds(), seconds(), minutes(), hours() or days()";
  return jobError("invalid-duration", message, { value, unitMs });
}
