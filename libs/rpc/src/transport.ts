import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { ChannelOptions } from "@grpc/grpc-js";
import { BULK_CODECS, type CallOptions, type RpcTransport, type ServiceClient } from "@millrace/contracts";
import { AppError } from "@millrace/model";
import type { TlsIdentity } from "@millrace/ports";
import { ChannelPool } from "./channel-pool.ts";
import { ClientCall } from "./client-call.ts";
import {
  CONNECT_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS_MAX,
  FLOW_WINDOW_BYTES,
  KEEPALIVE_INTERVAL_MS,
  KEEPALIVE_TIMEOUT_MS,
  MESSAGE_BYTES_MAX,
  RECONNECT_DELAY_MS_MAX,
  RECONNECT_DELAY_MS_MIN,
  RESOLVE_INTERVAL_MS_MIN,
  UNARY_TIMEOUT_MS,
} from "./limits.ts";
import { asBuffer, codecOf, type MessageCodec, type MessageCodecs } from "./message-codec.ts";
import { channelCredentials } from "./tls-credentials.ts";

/** What may differ between transports; a process needs one, made without options. */
export interface RpcTransportOptions {
  readonly codecs?: MessageCodecs;
  /** Deadline of unary calls that name none. */
  readonly unaryTimeoutMs?: number;
  /** For specs: how long calls wait for a connection. */
  readonly connectTimeoutMs?: number;
  /** Absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
  /** For measurements. */
  readonly flowWindowBytes?: number;
}

/**
 * The transport on gRPC: one connection per address, made at the first call, shared by all services, probed while calls run, and made
 * again by itself when it breaks. Calls wait for it a few seconds, then they fail as `unreachable`. Calls are never repeated here: only the caller knows whether that is safe.
 */
export function createRpcTransport(options: RpcTransportOptions = {}): RpcTransport {
  const channels = new ChannelPool({
    credentials: channelCredentials(options.tls),
    options: channelOptions(options.flowWindowBytes ?? FLOW_WINDOW_BYTES),
    connectTimeoutMs: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    connectTimeoutMsMax: CONNECT_TIMEOUT_MS_MAX,
  });
  const calls = new Set<ClientCall>();
  const open: OpenCall = (method, address, callOptions) => {
    const path = `/${method.parent.typeName}/${method.name}`;
    const call: ClientCall = new ClientCall(
      channels.channel(address),
      { address, method: path },
      { ...callOptions, onEnd: () => calls.delete(call) },
    );
    calls.add(call);
    return call;
  };
  return {
    client<S extends DescService>(service: S, address: string): ServiceClient<S> {
      const methods: Record<string, unknown> = {};
      for (const method of service.methods) methods[method.localName] = clientMethod(method, address, open, options);
      return methods as ServiceClient<S>;
    },
    close: () => {
      for (const call of calls) call.cancel();
      channels.close();
      return Promise.resolve();
    },
  };
}

type OpenCall = (method: DescMethod, address: string, options: CallOptions) => ClientCall;

function channelOptions(flowWindowBytes: number): ChannelOptions {
  return {
    "grpc.max_send_message_length": MESSAGE_BYTES_MAX,
    "grpc.max_receive_message_length": MESSAGE_BYTES_MAX,
    "grpc-node.flow_control_window": flowWindowBytes,
    "grpc.keepalive_time_ms": KEEPALIVE_INTERVAL_MS,
    "grpc.keepalive_timeout_ms": KEEPALIVE_TIMEOUT_MS,
    "grpc.initial_reconnect_backoff_ms": RECONNECT_DELAY_MS_MIN,
    "grpc.max_reconnect_backoff_ms": RECONNECT_DELAY_MS_MAX,
    "grpc.dns_min_time_between_resolutions_ms": RESOLVE_INTERVAL_MS_MIN,
    "grpc.enable_retries": 0, // the caller knows what is safe to repeat
    "grpc.enable_http_proxy": 0, // cluster traffic never leaves through a proxy of the environment
    "grpc.enable_channelz": 0,
    "grpc.service_config_disable_resolution": 1, // no TXT look-up per name
    "grpc.use_local_subchannel_pool": 1, // two transports of one process do not share fates
  };
}

function clientMethod(method: DescMethod, address: string, open: OpenCall, options: RpcTransportOptions): unknown {
  const codecs = options.codecs ?? BULK_CODECS;
  const input = codecOf(method.input, codecs);
  const output = codecOf(method.output, codecs);
  const unaryTimeoutMs = options.unaryTimeoutMs ?? UNARY_TIMEOUT_MS;
  switch (method.methodKind) {
    case "unary":
      return async (request: unknown, callOptions: CallOptions = {}) => {
        const bytes = asBuffer(input.encode(request));
        const call = open(method, address, { timeoutMs: unaryTimeoutMs, ...callOptions });
        void call.send(bytes);
        call.halfClose();
        return output.decode(await onlyMessage(call));
      };
    case "server_streaming":
      return (request: unknown, callOptions: CallOptions = {}) =>
        messagesOf(output, () => {
          const bytes = asBuffer(input.encode(request));
          const call = open(method, address, callOptions);
          void call.send(bytes);
          call.halfClose();
          return call;
        });
    case "client_streaming":
      return async (requests: AsyncIterable<unknown>, callOptions: CallOptions = {}) => {
        const failures: unknown[] = [];
        const call = open(method, address, callOptions);
        void sendAll(call, input, requests, failures);
        try {
          return output.decode(await onlyMessage(call));
        } catch (error) {
          throw failures.length > 0 ? failures[0] : error;
        }
      };
    case "bidi_streaming":
      return (requests: AsyncIterable<unknown>, callOptions: CallOptions = {}) => {
        return messagesOf(output, (failures) => {
          const call = open(method, address, callOptions);
          void sendAll(call, input, requests, failures);
          return call;
        });
      };
  }
}

/** The single answer of a call; its error if it failed. */
async function onlyMessage(call: ClientCall): Promise<Buffer> {
  const message = await call.next();
  // The status comes after the message and decides; it is asked for also to let the stream end.
  if (message !== undefined && (await call.next()) === undefined) return message;
  call.cancel();
  throw new AppError({ kind: "internal", code: "rpc-failed", message: "server answered a unary call with no message, or several" });
}

/** Answers of a call, which starts with the first pull and is cancelled when the reader stops early. */
async function* messagesOf(codec: MessageCodec, start: (failures: unknown[]) => ClientCall): AsyncGenerator {
  const failures: unknown[] = [];
  const call = start(failures);
  try {
    for (let message = await call.next(); message !== undefined; message = await call.next()) yield codec.decode(message);
  } catch (error) {
    throw failures.length > 0 ? failures[0] : error; // Our own requests broke, and that is why the call ended.
  } finally {
    call.cancel();
  }
}

/** Sends what the caller's iterable yields, at the speed of the connection. If the iterable throws, that is noted and the call cancelled. */
async function sendAll(call: ClientCall, codec: MessageCodec, requests: AsyncIterable<unknown>, failures: unknown[]): Promise<void> {
  try {
    const iterator = requests[Symbol.asyncIterator]();
    for (;;) {
      const result = await call.untilEnd(iterator.next());
      if (result === undefined) {
        iterator.return?.().catch(() => undefined); // The call is over; how its requests end no longer matters.
        return;
      }
      if (result.done === true) break;
      await call.send(asBuffer(codec.encode(result.value)));
    }
    call.halfClose();
  } catch (error) {
    failures.push(error);
    call.cancel();
  }
}
