import { AppError } from "@millrace/model";

/** Every error of this lib; each code has a page in docs/errors. */
export const errors = {
  unreachable: (address: string, cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "redis-unreachable",
      message: `cannot reach Redis at ${address}: start it there or correct the address (${reasonOf(cause)})`,
      cause,
    }),
  unsafe: (address: string, problems: readonly { readonly found: string; readonly fix: string }[]): AppError =>
    new AppError({
      kind: "invalid",
      code: "redis-unsafe",
      message: `Redis at ${address} could lose acknowledged writes (${problems.map(({ found }) => found).join(", ")}): run ${problems.map(({ fix }) => `redis-cli ${fix}`).join(" ; ")} and put the same into redis.conf`,
    }),
  settingsHidden: (address: string, cause: unknown): AppError =>
    new AppError({
      kind: "invalid",
      code: "redis-unsafe",
      message: `Redis at ${address} does not show its settings: allow CONFIG GET for this user, or set unsafeSettings to warn when you know that no acknowledged write can be lost`,
      cause,
    }),
  address: (url: string): AppError =>
    new AppError({
      kind: "invalid",
      code: "invalid-redis-url",
      message: "Redis address must look like redis://host:6379 or rediss://user:password@host:6379/0",
      context: { url },
    }),
  commitTooLarge: (changes: number, bytes: number): AppError =>
    new AppError({
      kind: "exhausted",
      code: "commit-too-large",
      message: "commit is over its bound: split it",
      context: { changes, bytes },
    }),
  refused: (address: string, cause: unknown): AppError =>
    new AppError({
      kind: "unavailable",
      code: "redis-refused",
      message: `Redis at ${address} refused a command: ${reasonOf(cause)}`,
      cause,
    }),
} as const;

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text === "" ? "no answer" : text;
}
