import { jobError } from "./errors.ts";
import { receivedIn, type Source } from "./kafka.ts";
import { string } from "./serde.ts";

export interface SocketOptions {
  /** The server that sends lines of UTF-8. */
  readonly host: string;
  readonly port: number;
  /**
   * Each line is first written to this topic, which must exist, and read from there exactly once; only lines that were under way to it when the worker died are lost. Without a topic lines
   * are kept in memory: what a worker had received and not yet read is lost with it, also the lines of batches that must run again (at most once).
   */
  readonly topic?: string;
}

/** Lines that a TCP server sends. The connection is made by one worker, and made again when it ends. For tests and for servers that keep nothing; what must not be lost needs a sender that asks for answers (`webhook`). */
export function socket({ host, port, topic }: SocketOptions): Source<string> {
  if (typeof host !== "string" || host === "")
    throw jobError("invalid-operator-setting", "a socket source needs a host", { operator: "socket" });
  if (!Number.isSafeInteger(port) || port < 1 || port > 65_535) {
    const message = "port of a socket source must be a whole number from 1 to 65535";
    throw jobError("invalid-operator-setting", message, { operator: "socket", port });
  }
  const options = { host, port };
  if (topic !== undefined) return receivedIn(topic, { value: string(), receiver: { connector: "socket", options }, onBadRecord: "fail" });
  return { source: { type: "connector", connector: "socket", options, splits: 1, promise: "at-most-once" } };
}
