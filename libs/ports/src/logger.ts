/** Structured log lines: a stable event name, then values. */
export interface Logger {
  debug(event: string, values?: LogValues): void;
  info(event: string, values?: LogValues): void;
  warn(event: string, values?: LogValues): void;
  error(event: string, values?: LogValues & { error?: unknown }): void;
}

export type LogValues = Readonly<Record<string, unknown>>;

export const SILENT_LOGGER: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
