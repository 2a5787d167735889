import { AppError } from "@millrace/model";

/** Every error of this lib; each code has a page in docs/errors. */
export const errors = {
  noSuchEnd: (what: "source" | "sink", name: string, known: readonly string[]): AppError =>
    new AppError({
      kind: "not-found",
      code: "unknown-job-end",
      message: `the job has no ${what} of this name or topic; it has ${known.length === 0 ? "none" : known.join(", ")}`,
      context: { name },
    }),
  ended: (): AppError =>
    new AppError({ kind: "conflict", code: "test-job-ended", message: "the job's input has ended: make another test job to go on" }),
  offGrid: (ms: number, intervalMs: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-duration",
      message: "time is advanced by whole batch intervals, since batches are all that happens",
      context: { value: ms, batchIntervalMs: intervalMs },
    }),
} as const;
