import type { DescMethod } from "@bufbuild/protobuf";
import type {
  MethodDefinition,
  sendUnaryData,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedHandleCall,
} from "@grpc/grpc-js";
import type { CallContext } from "@millrace/contracts";
import { serverCallContext } from "./call-context.ts";
import { asBuffer, codecOf, type MessageCodecs } from "./message-codec.ts";
import { receiveMessages, sendMessages } from "./server-stream.ts";
import { statusOfError } from "./status.ts";

/** A method as grpc-js serves it. Bytes pass through: messages are coded here, so that what does not parse is a typed error. */
export function methodDefinition(method: DescMethod): MethodDefinition<Buffer, Buffer> {
  const kind = method.methodKind;
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    originalName: method.localName,
    requestStream: kind === "client_streaming" || kind === "bidi_streaming",
    responseStream: kind === "server_streaming" || kind === "bidi_streaming",
    requestSerialize: passThrough,
    requestDeserialize: passThrough,
    responseSerialize: passThrough,
    responseDeserialize: passThrough,
  };
}

function passThrough(bytes: Buffer): Buffer {
  return bytes;
}

type Handler = (input: unknown, context: CallContext) => unknown;

/** Adapts a handler (promises, async iterables) to grpc-js's callbacks and streams. */
export function methodHandler(method: DescMethod, handler: Handler, codecs: MessageCodecs): UntypedHandleCall {
  const input = codecOf(method.input, codecs);
  const output = codecOf(method.output, codecs);
  const respond = (answer: () => unknown, callback: sendUnaryData<Buffer>): void => {
    Promise.resolve()
      .then(answer)
      .then((message) => asBuffer(output.encode(message)))
      .then(
        (bytes) => callback(null, bytes),
        (error: unknown) => callback(statusOfError(error)),
      );
  };
  const stream = (
    call: ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
    context: CallContext,
    answer: () => unknown,
  ): void => {
    Promise.resolve()
      .then(() => sendMessages(call, output, answer() as AsyncIterable<unknown>, context.signal))
      .then(
        (isSent) => isSent && call.end(),
        (error: unknown) => call.emit("error", statusOfError(error)),
      );
  };
  switch (method.methodKind) {
    case "unary":
      return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        const context = serverCallContext(call);
        respond(() => handler(input.decode(call.request), context), callback);
      };
    case "client_streaming":
      return (call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        const context = serverCallContext(call);
        respond(() => handler(receiveMessages(call, input), context), callback);
      };
    case "server_streaming":
      return (call: ServerWritableStream<Buffer, Buffer>) => {
        const context = serverCallContext(call);
        stream(call, context, () => handler(input.decode(call.request), context));
      };
    case "bidi_streaming":
      return (call: ServerDuplexStream<Buffer, Buffer>) => {
        const context = serverCallContext(call);
        stream(call, context, () => handler(receiveMessages(call, input), context));
      };
  }
}
