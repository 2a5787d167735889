import { logVerbosity, Server, type ServerCredentials, setLogVerbosity, type UntypedHandleCall } from "@grpc/grpc-js";
import { type BoundService, BULK_CODECS, type CallContext, type RpcListener, type RpcServer } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import type { TlsIdentity } from "@millrace/ports";
import { assert } from "@millrace/stdx";
import { Health } from "./health.ts";
import { FLOW_WINDOW_BYTES, KEEPALIVE_INTERVAL_MS, KEEPALIVE_TIMEOUT_MS, MESSAGE_BYTES_MAX } from "./limits.ts";
import type { MessageCodecs } from "./message-codec.ts";
import { widenServerWindows } from "./node-internals.ts";
import { addReflection } from "./reflection.ts";
import { methodDefinition, methodHandler } from "./server-method.ts";
import { serverCredentials } from "./tls-credentials.ts";

/** What may differ between listeners; a process needs one, made without options. */
export interface RpcListenerOptions {
  readonly codecs?: MessageCodecs;
  /** Absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
  /** Without health and reflection, which only people and load balancers ask for, and which take a while to load. */
  readonly forPeersOnly?: boolean;
  /** For measurements. */
  readonly flowWindowBytes?: number;
}

/**
 * Servers on gRPC, each with health (grpc.health.v1: "" and every service) and reflection. Health turns NOT_SERVING when a stop begins,
 * before calls are refused, so that load balancers look elsewhere first.
 */
export function createRpcListener(options: RpcListenerOptions = {}): RpcListener {
  setLogVerbosity(logVerbosity.NONE); // What grpc-js prints by itself comes to the caller as an error, too.
  return {
    listen: async (address, services) => {
      const server = new Server({
        "grpc.max_send_message_length": MESSAGE_BYTES_MAX,
        "grpc.max_receive_message_length": MESSAGE_BYTES_MAX,
        "grpc.keepalive_time_ms": KEEPALIVE_INTERVAL_MS,
        "grpc.keepalive_timeout_ms": KEEPALIVE_TIMEOUT_MS,
        "grpc.enable_channelz": 0,
      });
      widenServerWindows(server, options.flowWindowBytes ?? FLOW_WINDOW_BYTES);
      for (const service of services) addService(server, service, options.codecs ?? BULK_CODECS);
      const health = options.forPeersOnly === true ? undefined : new Health(["", ...services.map(({ service }) => service.typeName)]);
      if (health !== undefined) {
        health.addTo(server);
        addReflection(
          server,
          services.map(({ service }) => service),
        );
      }
      const port = await bind(server, address, serverCredentials(options.tls));
      return rpcServer(server, health, `${address.slice(0, address.lastIndexOf(":"))}:${port}`);
    },
  };
}

function addService(server: Server, { service, handlers }: BoundService, codecs: MessageCodecs): void {
  const definition: Record<string, ReturnType<typeof methodDefinition>> = {};
  const implementation: Record<string, UntypedHandleCall> = {};
  for (const method of service.methods) {
    const handler = handlers[method.localName];
    assert(typeof handler === "function", `service has no handler service=${service.typeName} method=${method.name}`);
    definition[method.localName] = methodDefinition(method);
    implementation[method.localName] = methodHandler(method, handler as (input: unknown, context: CallContext) => unknown, codecs);
  }
  server.addService(definition, implementation);
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(bindError(error, address));
    });
  });
}

function bindError(error: Error, address: string): AppError {
  if (error.message.includes("EADDRINUSE")) {
    const message = "another process listens on this address: stop it, or choose another port";
    return new AppError({ kind: "conflict", code: "port-in-use", message, context: { address }, cause: error });
  }
  const message = "cannot listen on this address: check that host and port are this machine's to use";
  return new AppError({ kind: "invalid", code: "cannot-listen", message, context: { address, detail: error.message }, cause: error });
}

function rpcServer(server: Server, health: Health | undefined, address: string): RpcServer {
  let stopping: Promise<void> | undefined;
  return {
    address,
    stop: ({ deadlineMs }) => {
      stopping ??= new Promise((resolve) => {
        health?.stopServing();
        const timer = setTimeout(() => {
          server.forceShutdown();
          resolve();
        }, deadlineMs);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      return stopping;
    },
  };
}
