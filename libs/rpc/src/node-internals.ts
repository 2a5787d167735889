import type { Http2Server, ServerHttp2Session } from "node:http2";
import type { Readable } from "node:stream";
import type { Server } from "@grpc/grpc-js";

/**
 * The two places where grpc-js offers no option and its inside is touched. Both are pinned by specs; if an inside changes, the setting
 * is skipped and the specs fail.
 */

/** Widens the HTTP/2 windows of a server's connections: grpc-js has that option for clients only. Must be called before binding. */
export function widenServerWindows(server: Server, windowBytes: number): void {
  const make: unknown = Reflect.get(server, "createHttp2Server");
  if (typeof make !== "function") return;
  Reflect.set(server, "createHttp2Server", (...parameters: unknown[]): unknown => {
    const http2Server = Reflect.apply(make, server, parameters) as Http2Server;
    http2Server.on("session", (session: ServerHttp2Session) => {
      session.settings({ initialWindowSize: windowBytes });
      session.setLocalWindowSize(windowBytes);
    });
    return http2Server;
  });
}

/** Lets a server stream hold `messageCount` decoded frames instead of sixteen, whatever their size: with 1 MiB payloads that is the difference. */
export function limitReadAhead(call: Readable, messageCount: number): void {
  const state: unknown = Reflect.get(call, "_readableState");
  if (typeof state === "object" && state !== null) Reflect.set(state, "highWaterMark", messageCount);
}
