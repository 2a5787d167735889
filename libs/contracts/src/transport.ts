import type { DescMethod, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";

/** What a handler knows of its call. */
export interface CallContext {
  /** Aborted when the caller cancels, its deadline passes or the connection breaks. */
  readonly signal: AbortSignal;
  /** Lower-case keys. `traceparent` is here when the caller sent one. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly peer: string;
  /** Milliseconds until the caller gives up; Infinity without a deadline. */
  remainingMs(): number;
}

export interface CallOptions {
  /** Absent: the transport's default for unary calls, none for streams. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly metadata?: Readonly<Record<string, string>>;
}

type Methods<S extends DescService> = S["method"];
type In<M extends DescMethod> = MessageInitShape<M["input"]>;
type Out<M extends DescMethod> = MessageInitShape<M["output"]>;
type Req<M extends DescMethod> = MessageShape<M["input"]>;
type Res<M extends DescMethod> = MessageShape<M["output"]>;

/**
 * Server side of a service: promises for unary calls, async iterables for streams. The next message of a stream is asked for only
 * when there is room on the wire, so a slow reader slows the generator. Errors are AppErrors; the transport maps them.
 */
export type ServiceHandlers<S extends DescService> = {
  [K in keyof Methods<S>]: Methods<S>[K] extends infer M extends DescMethod
    ? M extends { methodKind: "unary" }
      ? (request: Req<M>, context: CallContext) => Promise<Out<M>>
      : M extends { methodKind: "server_streaming" }
        ? (request: Req<M>, context: CallContext) => AsyncIterable<Out<M>>
        : M extends { methodKind: "client_streaming" }
          ? (requests: AsyncIterable<Req<M>>, context: CallContext) => Promise<Out<M>>
          : (requests: AsyncIterable<Req<M>>, context: CallContext) => AsyncIterable<Out<M>>
    : never;
};

/** Client side of a service. Failed calls reject (or end the iteration) with an AppError: that of the server, or `unavailable`. */
export type ServiceClient<S extends DescService> = {
  readonly [K in keyof Methods<S>]: Methods<S>[K] extends infer M extends DescMethod
    ? M extends { methodKind: "unary" }
      ? (request: In<M>, options?: CallOptions) => Promise<Res<M>>
      : M extends { methodKind: "server_streaming" }
        ? (request: In<M>, options?: CallOptions) => AsyncIterable<Res<M>>
        : M extends { methodKind: "client_streaming" }
          ? (requests: AsyncIterable<In<M>>, options?: CallOptions) => Promise<Res<M>>
          : (requests: AsyncIterable<In<M>>, options?: CallOptions) => AsyncIterable<Res<M>>
    : never;
};

/** Handlers with their service, ready to be served. Build with `bindService`, which checks that they fit. */
export interface BoundService {
  readonly service: DescService;
  readonly handlers: Readonly<Record<string, unknown>>;
}

export function bindService<S extends DescService>(service: S, handlers: ServiceHandlers<S>): BoundService {
  return { service, handlers };
}

/** The way out: clients of services at addresses (host:port). Connections are shared per address, made on first use, kept alive. */
export interface RpcTransport {
  client<S extends DescService>(service: S, address: string): ServiceClient<S>;
  close(): Promise<void>;
}

/** The way in: a running server. */
export interface RpcServer {
  /** host:port that it listens on; the port is the real one when 0 was asked for. */
  readonly address: string;
  /** Refuses new calls, lets running ones finish until `deadlineMs` has passed, then cuts them. */
  stop(options: { deadlineMs: number }): Promise<void>;
}

export interface RpcListener {
  listen(address: string, services: readonly BoundService[]): Promise<RpcServer>;
}
