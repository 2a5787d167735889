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
  foreignTopicMissing: (topic: string): AppError =>
    new AppError({
      kind: "unavailable",
      code: "foreign-topic-missing",
      message: "the other Kafka cluster has no such topic, or does not show it: create it there, or correct its name",
      context: { topic },
    }),
  foreignRecordsGone: (at: { readonly topic: string; readonly partition: number; readonly start: number }, earliest: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "foreign-records-gone",
      message:
        "the other Kafka cluster has deleted records before they were read: keep them there for longer, and start the job with failOnDataLoss: false to go on behind the gap",
      context: { topic: at.topic, partition: at.partition, next: at.start, earliest },
    }),
  foreignRangeNotThere: (at: { readonly topic: string; readonly partition: number; readonly end: number }, latest: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "foreign-range-not-there",
      message: "a range of another cluster ends above what is committed there: name an end that is there, or latest",
      context: { topic: at.topic, partition: at.partition, end: at.end, latest },
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
  folderNotListed: (path: string, cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "folder-not-listed",
      message: "a folder that a job watches cannot be listed: every executor must see it under this path and may read it",
      context: { path, reason: (cause as { readonly code?: string }).code ?? String(cause) },
      cause,
    }),
  folderTooFull: (path: string, files: number): AppError =>
    new AppError({
      kind: "exhausted",
      code: "folder-too-full",
      message: "a folder that a job watches holds too many files: move those away that were read and are covered by a checkpoint",
      context: { path, files },
    }),
  sourceFileGone: (path: string): AppError =>
    new AppError({
      kind: "corrupt",
      code: "source-file-gone",
      message:
        "a file that a recorded batch reads is gone, so the batch cannot be read: put it back as it was; files must stay until a checkpoint covers them",
      context: { path },
    }),
  sourceFileChanged: (path: string, context: Readonly<Record<string, number>>): AppError =>
    new AppError({
      kind: "corrupt",
      code: "source-file-changed",
      message:
        "a file has changed since its batch was recorded: write it under a name that starts with a dot, then rename it, or give the source { quietFor }",
      context: { path, ...context },
    }),
  socketLineTooLong: (address: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "socket-line-too-long",
      message: "what a socket source receives goes on without a line end: connect it to a server that sends lines of text",
      context: { address },
    }),
  webhookNotListening: (address: string, cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "webhook-not-listening",
      message: "a webhook cannot listen at its address: choose a port that nothing else has, and an address of the executor",
      context: { address, reason: (cause as { readonly code?: string }).code ?? String(cause) },
      cause,
    }),
  value: (connector: string, problem: string): AppError =>
    new AppError({ kind: "invalid", code: "sink-value-invalid", message: problem, context: { connector } }),
} as const;
