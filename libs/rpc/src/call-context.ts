import type { Deadline, Metadata } from "@grpc/grpc-js";
import type { CallContext } from "@millrace/contracts";
import { AppError } from "@millrace/model";

/** What all four kinds of grpc-js server calls share. */
interface ServerCall {
  readonly cancelled: boolean;
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Deadline;
  once(event: "cancelled", listener: () => void): unknown;
}

/** What a handler may know of its call. Signal and metadata are made when asked for: most unary handlers ask for neither. */
export function serverCallContext(call: ServerCall): CallContext {
  let controller: AbortController | undefined;
  let metadata: ReadonlyMap<string, string> | undefined;
  call.once("cancelled", () => controller?.abort(cancelled(call)));
  return {
    get signal() {
      controller ??= new AbortController();
      if (call.cancelled) controller.abort(cancelled(call));
      return controller.signal;
    },
    get metadata() {
      metadata ??= new Map(
        Object.entries(call.metadata.getMap()).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
      );
      return metadata;
    },
    get peer() {
      return call.getPeer();
    },
    remainingMs: () => {
      const deadline = call.getDeadline();
      return Math.max(0, (deadline instanceof Date ? deadline.getTime() : deadline) - Date.now());
    },
  };
}

function cancelled(call: ServerCall): AppError {
  return new AppError({
    kind: "unavailable",
    code: "cancelled",
    message: "caller cancelled, ran out of time or lost its connection",
    context: { peer: call.getPeer() },
  });
}
