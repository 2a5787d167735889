import { AppError, type AppErrorInit } from "@millrace/model";

/** Why a graph cannot be planned. Each has a page in docs/errors. */
export type PlanErrorCode =
  | "append-needs-watermark"
  | "checkpoint-interval-invalid"
  | "checkpoint-not-configured"
  | "checkpoint-path-invalid"
  | "different-slides"
  | "duplicate-operator-name"
  | "event-time-lost"
  | "graph-malformed"
  | "graph-too-large"
  | "graph-version-unsupported"
  | "internal-topic"
  | "invalid-duration"
  | "invalid-job-setting"
  | "invalid-operator-setting"
  | "join-unbounded"
  | "mode-not-supported"
  | "no-output-operation"
  | "unknown-parent"
  | "watermark-redefined"
  | "window-not-multiple";

/** An error of kind `invalid`: the graph must change; its context names the operator. */
export function planError(code: PlanErrorCode, message: string, context: NonNullable<AppErrorInit["context"]> = {}): AppError {
  return new AppError({ kind: "invalid", code, message, context });
}
