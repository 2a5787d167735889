import type { ServerDuplexStream, ServerReadableStream, ServerWritableStream } from "@grpc/grpc-js";
import { AppError } from "@millrace/model";
import { createDeferred, type Deferred } from "@millrace/stdx";
import { SERVER_READ_AHEAD_MESSAGES, STREAM_PENDING_BYTES_MAX, STREAM_PENDING_MESSAGES_MAX } from "./limits.ts";
import { asBuffer, type MessageCodec } from "./message-codec.ts";
import { limitReadAhead } from "./node-internals.ts";

type ReadableCall = ServerReadableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;
type WritableCall = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/**
 * Sends a handler's messages. The next one is asked for only while less than the bounds waits in this process, so a slow reader stops
 * the generator. Returns true when all are handed over, false when the caller went away first (the handler is then told to return).
 */
export async function sendMessages(
  call: WritableCall,
  codec: MessageCodec,
  messages: AsyncIterable<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  const iterator = messages[Symbol.asyncIterator]();
  let pendingBytes = 0;
  let pendingMessages = 0;
  let giveUp: (() => void) | undefined;
  let goOn: (() => void) | undefined;
  const onAbort = (): void => {
    giveUp?.();
    goOn?.();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (;;) {
      const result = await new Promise<IteratorResult<unknown> | undefined>((resolve, reject) => {
        giveUp = () => resolve(undefined);
        if (signal.aborted) giveUp();
        iterator.next().then(resolve, reject);
      });
      if (result === undefined) {
        iterator.return?.().catch(() => undefined); // Nobody listens any more.
        return false;
      }
      if (result.done === true) return true;
      const bytes = asBuffer(codec.encode(result.value));
      pendingBytes += bytes.byteLength;
      pendingMessages++;
      // The callback comes when the connection took the bytes; never, when the call is cancelled first.
      call.write(bytes, () => {
        pendingBytes -= bytes.byteLength;
        pendingMessages--;
        goOn?.();
      });
      while (!signal.aborted && (pendingBytes >= STREAM_PENDING_BYTES_MAX || pendingMessages >= STREAM_PENDING_MESSAGES_MAX)) {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** The caller's messages as the handler reads them; throws `cancelled` when the caller goes away before its last. */
export async function* receiveMessages(call: ReadableCall, codec: MessageCodec): AsyncGenerator {
  limitReadAhead(call, SERVER_READ_AHEAD_MESSAGES);
  let waiting: Deferred<void> | undefined;
  let isEnded = call.readableEnded;
  const wake = (): void => waiting?.resolve();
  call.on("readable", wake);
  call.once("close", wake);
  call.once("end", () => {
    isEnded = true;
    wake();
  });
  for (;;) {
    const bytes: unknown = call.read();
    if (Buffer.isBuffer(bytes)) {
      yield codec.decode(bytes);
    } else if (isEnded) {
      return;
    } else if (call.destroyed) {
      throw new AppError({
        kind: "unavailable",
        code: "cancelled",
        message: "caller went away before the end of its stream",
        context: { peer: call.getPeer() },
      });
    } else {
      waiting = createDeferred<void>();
      await waiting.promise;
    }
  }
}
