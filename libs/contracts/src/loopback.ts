import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { AppError } from "@millrace/model";
import type { BoundService, CallContext, CallOptions, RpcListener, RpcServer, RpcTransport, ServiceClient } from "./transport.ts";

/**
 * Both ends of a transport within one process, for specs and the simulator: messages go through their wire form, so that nothing is
 * shared by accident; deadlines and aborts reach the handler's signal. No sockets, no timers: `timeoutMs` is not enforced here.
 */
export function createLoopback(): RpcTransport & RpcListener {
  const servers = new Map<string, ReadonlyMap<string, BoundService>>();
  let nextPort = 1;
  return {
    listen(address, services) {
      const bound = address.endsWith(":0") ? `${address.slice(0, -2)}:${nextPort++}` : address;
      if (servers.has(bound)) {
        const message = "address is in use: choose another port";
        return Promise.reject(new AppError({ kind: "conflict", code: "port-in-use", message, context: { address: bound } }));
      }
      servers.set(bound, new Map(services.map((service) => [service.service.typeName, service])));
      const server: RpcServer = {
        address: bound,
        stop: () => {
          servers.delete(bound);
          return Promise.resolve();
        },
      };
      return Promise.resolve(server);
    },
    client<S extends DescService>(service: S, address: string): ServiceClient<S> {
      const methods: Record<string, unknown> = {};
      for (const method of service.methods) methods[method.localName] = clientMethod(servers, method, address);
      return methods as ServiceClient<S>;
    },
    close: () => Promise.resolve(),
  };
}

type Servers = ReadonlyMap<string, ReadonlyMap<string, BoundService>>;
type AnyHandler = (input: unknown, context: CallContext) => unknown;

function clientMethod(servers: Servers, method: DescMethod, address: string): (input: never, options?: CallOptions) => unknown {
  const streamsIn = method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming";
  const streamsOut = method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming";
  return (input, options = {}) => {
    const call = (): unknown => {
      const handler = findHandler(servers, method, address);
      const request = streamsIn ? copyEach(method.input, input) : copy(method.input, input);
      return handler(request, contextOf(options));
    };
    if (streamsOut) return copyEach(method.output, lazily(call));
    return Promise.resolve()
      .then(call)
      .then((response) => copy(method.output, response as MessageInitShape<DescMessage>));
  };
}

function findHandler(servers: Servers, method: DescMethod, address: string): AnyHandler {
  const handler = servers.get(address)?.get(method.parent.typeName)?.handlers[method.localName];
  if (handler !== undefined) return handler as AnyHandler;
  throw new AppError({
    kind: "unavailable",
    code: "unreachable",
    message: "nobody answers at this address",
    context: { address, method: method.name },
  });
}

function contextOf(options: CallOptions): CallContext {
  return {
    signal: options.signal ?? new AbortController().signal,
    metadata: new Map(Object.entries(options.metadata ?? {})),
    peer: "loopback",
    remainingMs: () => options.timeoutMs ?? Infinity,
  };
}

function copy(schema: DescMessage, message: MessageInitShape<DescMessage>): unknown {
  return fromBinary(schema, toBinary(schema, create(schema, message)));
}

async function* lazily(call: () => unknown): AsyncGenerator {
  yield* call() as AsyncIterable<unknown>;
}

async function* copyEach(schema: DescMessage, messages: AsyncIterable<unknown>): AsyncGenerator {
  for await (const message of messages) yield copy(schema, message as MessageInitShape<DescMessage>);
}
