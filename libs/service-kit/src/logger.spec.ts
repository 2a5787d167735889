import { describe, expect, it } from "@jest/globals";
import { AppError } from "@millrace/model";
import { createLogger, type LogLevel } from "./logger.ts";

function capture(format: "json" | "pretty", level: LogLevel = "info"): { lines: string[]; logger: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level, component: "broker", format, write: (line) => lines.push(line) }) };
}

describe("createLogger", () => {
  it("writes JSON lines with component, event, values and the trace", () => {
    const { lines, logger } = capture("json");
    logger.info("partition opened", { topic: "a", offset: 3n, traceparent: "00-aaaa-bbbb-01" });
    const [line] = lines.map((text) => JSON.parse(text) as unknown);
    expect(line).toMatchObject({
      level: "info",
      component: "broker",
      event: "partition opened",
      topic: "a",
      offset: 3,
      trace_id: "aaaa",
      span_id: "bbbb",
    });
  });

  it("shows an expected error by code, a bug with its stack", () => {
    const { lines, logger } = capture("json");
    logger.error("append failed", { error: new AppError({ kind: "exhausted", code: "disk-full", message: "no room" }) });
    logger.error("append failed", { error: new TypeError("x is not a function") });
    const [expected, bug] = lines.map((text) => (JSON.parse(text) as { error: unknown }).error);
    expect(expected).toEqual({ code: "disk-full", message: "no room" });
    expect(bug).toMatchObject({ message: "x is not a function", stack: expect.stringContaining("logger.spec") });
  });

  it("writes for people on a terminal, one line each", () => {
    const { lines, logger } = capture("pretty");
    logger.warn("session lost", {
      peer: "a:1",
      error: new AppError({ kind: "unavailable", code: "unreachable", message: "nobody answers" }),
    });
    // eslint-disable-next-line no-control-regex -- colours are control characters
    expect(lines[0]?.replaceAll(/\u001b\[\d+m/g, "").slice(13)).toBe(
      'warn  broker      session lost peer=a:1 error="nobody answers" [unreachable]\n',
    );
  });

  it("leaves out what is below its level", () => {
    const { lines, logger } = capture("json", "warn");
    logger.info("a");
    logger.debug("b");
    logger.warn("c");
    expect(lines).toHaveLength(1);
  });
});
