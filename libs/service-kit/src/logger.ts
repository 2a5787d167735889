import { toAppError } from "@millrace/model";
import type { Logger, LogValues } from "@millrace/ports";
import { type Level, pino } from "pino";
import { formatPretty } from "./pretty-line.ts";

/** Levels that a setting may name; "silent" logs nothing. */
export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Which part of the process speaks: broker, coordinator, executor. */
  readonly component: string;
  /** "auto": for people when stderr is a terminal, JSON lines otherwise. */
  readonly format?: "auto" | "json" | "pretty";
  /** Where lines go; stderr by default, because stdout belongs to results. */
  readonly write?: (line: string) => void;
}

/**
 * The Logger port on pino. A value `traceparent` becomes `trace_id` and `span_id`, so that a line is found from its trace; an error shows
 * its code and, when it is a bug, its stack.
 */
export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? ((line: string) => process.stderr.write(line));
  const format = options.format ?? "auto";
  const isPretty = format === "pretty" || (format === "auto" && process.stderr.isTTY);
  const sink = pino(
    {
      level: options.level,
      base: { component: options.component },
      messageKey: "event",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: isPretty ? (line: string) => write(formatPretty(line)) : write },
  );
  const log =
    (level: Level) =>
    (event: string, values?: LogValues): void => {
      if (sink.isLevelEnabled(level)) sink[level](values === undefined ? {} : expand(values), event);
    };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

function expand(values: LogValues): Record<string, unknown> {
  const { traceparent, error, ...rest } = values;
  const line: Record<string, unknown> = { ...rest };
  if (typeof traceparent === "string") {
    const [, traceId, spanId] = traceparent.split("-");
    Object.assign(line, { trace_id: traceId, span_id: spanId });
  }
  if (error !== undefined) line["error"] = describeError(error);
  for (const [key, value] of Object.entries(line)) if (typeof value === "bigint") line[key] = Number(value);
  return line;
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { message, stack, cause } = error;
  const code: unknown = Reflect.get(error, "code");
  const kind: unknown = Reflect.get(error, "kind");
  const isExpected = typeof kind === "string" && kind !== "internal";
  return {
    ...(typeof code === "string" ? { code } : {}),
    message,
    ...(isExpected || stack === undefined ? {} : { stack }),
    ...(cause === undefined ? {} : { cause: toAppError(cause).message }),
  };
}
