export { MESSAGE_BYTES_MAX, UNARY_TIMEOUT_MS } from "./limits.ts";
export { createRpcListener, type RpcListenerOptions } from "./listener.ts";
export { codecOf, type MessageCodec, type MessageCodecs } from "./message-codec.ts";
export { createRpcTransport, type RpcTransportOptions } from "./transport.ts";
