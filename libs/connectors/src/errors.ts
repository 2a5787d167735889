import { AppError } from "@millrace/model";

/** Every error of this lib; each code has a page in docs/errors. */
export const errors = {
  option: (connector: string, problem: string): AppError =>
    new AppError({ kind: "invalid", code: "connector-option-invalid", message: problem, context: { connector } }),
  fenced: (connector: string, context: Readonly<Record<string, string | number>>): AppError =>
    new AppError({
      kind: "fenced",
      code: "sink-fenced",
      message: "another attempt of the job writes this slot now: this one ends without having written",
      context: { connector, ...context },
    }),
  noSuchFile: (path: string): AppError =>
    new AppError({
      kind: "not-found",
      code: "no-such-file",
      message: "there is no such file or folder: check the path",
      context: { path },
    }),
  badFile: (path: string, problem: string, cause?: unknown): AppError =>
    new AppError({
      kind: "corrupt",
      code: "bad-file",
      message: `a file is not what the source says: ${problem}`,
      context: { path },
      cause,
    }),
  value: (connector: string, problem: string): AppError =>
    new AppError({ kind: "invalid", code: "sink-value-invalid", message: problem, context: { connector } }),
} as const;
