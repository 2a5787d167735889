import { AppError } from "@millrace/model";

/** Every error of this lib; each code has a page in docs/errors. */
export const errors = {
  /** `leader` is the address of the active coordinator, empty while there is none: follow it. */
  notActive: (leader: string): AppError =>
    new AppError({
      kind: "retry",
      code: "not-active-coordinator",
      message: "this coordinator is a standby: ask the leader",
      context: { leader },
    }),
  termOver: (reason: string): AppError =>
    new AppError({ kind: "fenced", code: "term-over", message: "this coordinator no longer leads", context: { reason } }),
  storeRolledBack: (context: Readonly<Record<string, string | number>>): AppError =>
    new AppError({
      kind: "conflict",
      code: "store-rolled-back",
      message:
        "the coordination store lost or rolled back its data: nothing is changed until it has been rebuilt from what the brokers know",
      context,
    }),
  rebuilding: (context: Readonly<Record<string, string>>): AppError =>
    new AppError({
      kind: "retry",
      code: "cluster-rebuilding",
      message: "the coordination store lost its data and is rebuilt from what the brokers know: try again soon",
      context,
    }),
  gathering: (): AppError =>
    new AppError({
      kind: "retry",
      code: "cluster-gathering",
      message: "this coordinator is new and waits for more brokers before it decides who leads: try again soon",
    }),
  tooManyCommits: (): AppError =>
    new AppError({
      kind: "exhausted",
      code: "too-many-commits",
      message: "too many changes wait for the coordination store: try again later",
    }),
  registerFirst: (what: string): AppError =>
    new AppError({ kind: "invalid", code: "not-registered", message: `the first message of a session must register the ${what}` }),
  sessionTimeout: (what: string, timeoutMs: number): AppError =>
    new AppError({
      kind: "unavailable",
      code: "session-timeout",
      message: `no heartbeat came in time from this ${what}: open a new session`,
      context: { timeoutMs },
    }),
  sessionReplaced: (what: string): AppError =>
    new AppError({ kind: "fenced", code: "session-replaced", message: `this ${what} has opened a newer session` }),
  slowExecutor: (queued: number): AppError =>
    new AppError({ kind: "exhausted", code: "slow-executor", message: "executor does not read its commands", context: { queued } }),
  tooManyExecutors: (max: number): AppError =>
    new AppError({
      kind: "exhausted",
      code: "too-many-executors",
      message: "cluster has as many executors as it may have",
      context: { max },
    }),
  replicationUnsupported: (replicationFactor: number, max: number): AppError =>
    new AppError({
      kind: "invalid",
      code: "replication-unsupported",
      message: `this cluster allows at most ${max} replicas (replication-factor-max): ask for fewer`,
      context: { replicationFactor },
    }),
  jobsUnavailable: (): AppError =>
    new AppError({ kind: "unavailable", code: "jobs-unavailable", message: "this coordinator was started without its jobs part" }),
} as const;
