import { AppError } from "@millrace/model";
import { exitCodeOf, formatError } from "./exit.ts";
import { DRAIN_MS, STOP_GRACE_MS } from "./limits.ts";

/** Something that runs until it is stopped. */
export interface RunningService {
  /** Finishes what runs, at most until the deadline, then lets go of everything. */
  stop(options: { deadlineMs: number }): Promise<void>;
  /** Settles only if the service cannot go on by itself: the process then ends with that error. */
  readonly failed?: Promise<never>;
  /** How long `stop` may drain; absent: the default. */
  readonly drainMs?: number;
}

/** What `runService` needs of the process; replaced in specs. */
export interface ProcessControl {
  on(event: "SIGTERM" | "SIGINT" | "uncaughtException" | "unhandledRejection", listener: (value: unknown) => void): unknown;
  exit(code: number): void;
  print(line: string): void;
}

/**
 * Runs a service as this process: starts it, stops it in order at SIGTERM or SIGINT, and ends with an exit code that says why. A second
 * signal, or a stop that outlives its deadline, cuts it. An error is printed in one line; one that nobody caught ends the process, since
 * state may be half changed, and recovery is what the next start is good at.
 */
export async function runService(options: { start: () => Promise<RunningService>; control?: ProcessControl }): Promise<void> {
  const control = options.control ?? processControl();
  const stopAsked = Promise.withResolvers<void>();
  let signalCount = 0;
  const onSignal = (): void => {
    signalCount++;
    if (signalCount > 1) control.exit(130);
    stopAsked.resolve();
  };
  control.on("SIGTERM", onSignal);
  control.on("SIGINT", onSignal);
  const fail = (error: unknown): void => {
    control.print(formatError(error));
    control.exit(exitCodeOf(error));
  };
  control.on("uncaughtException", fail);
  control.on("unhandledRejection", fail);
  try {
    const service = await options.start();
    await Promise.race([stopAsked.promise, service.failed ?? stopAsked.promise]);
    const drainMs = service.drainMs ?? DRAIN_MS;
    await within(service.stop({ deadlineMs: drainMs }), drainMs + STOP_GRACE_MS);
    control.exit(0);
  } catch (error) {
    fail(error);
  }
}

function processControl(): ProcessControl {
  return {
    on: (event, listener) => process.on(event, listener),
    exit: (code) => process.exit(code),
    print: (line) => process.stderr.write(`${line}\n`),
  };
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new AppError({ kind: "unavailable", code: "stop-timeout", message: "service did not stop in time and is cut", context: { ms } }),
    );
  }, ms);
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
