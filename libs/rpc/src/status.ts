import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Metadata, status as Status, type StatusObject } from "@grpc/grpc-js";
import { errorFromWire, ErrorSchema, errorToWire } from "@millrace/contracts";
import { AppError, type ErrorKind, toAppError } from "@millrace/model";
import { ERROR_CONTEXT_ENTRIES_MAX, ERROR_CONTEXT_LENGTH_MAX, ERROR_MESSAGE_LENGTH_MAX } from "./limits.ts";
import { asBuffer } from "./message-codec.ts";

/** Trailing metadata that carries the typed error; clients without Millrace's code still get status and message. */
export const ERROR_TRAILER = "millrace-error-bin";

/** The one place where kinds meet gRPC. Statuses follow gRPC's advice to callers: UNAVAILABLE = the same call again, ABORTED = read again first. */
const STATUS_OF_KIND: Readonly<Record<ErrorKind, Status>> = {
  invalid: Status.INVALID_ARGUMENT,
  "not-found": Status.NOT_FOUND,
  conflict: Status.ABORTED,
  fenced: Status.FAILED_PRECONDITION,
  exhausted: Status.RESOURCE_EXHAUSTED,
  retry: Status.UNAVAILABLE,
  unavailable: Status.UNAVAILABLE,
  corrupt: Status.DATA_LOSS,
  internal: Status.INTERNAL,
};

/** What the server sends for an error thrown by a handler. Anything that is not an AppError is `internal`. */
export function statusOfError(error: unknown): { code: Status; details: string; metadata: Metadata } {
  const { kind, code, message } = toAppError(error);
  const wire = errorToWire(error);
  const entries = Object.entries(wire.context).slice(0, ERROR_CONTEXT_ENTRIES_MAX);
  const trailer = create(ErrorSchema, {
    ...wire,
    message: wire.message.slice(0, ERROR_MESSAGE_LENGTH_MAX),
    context: Object.fromEntries(entries.map(([key, value]) => [key, value.slice(0, ERROR_CONTEXT_LENGTH_MAX)])),
  });
  const metadata = new Metadata();
  metadata.set(ERROR_TRAILER, asBuffer(toBinary(ErrorSchema, trailer)));
  return { code: STATUS_OF_KIND[kind], details: `${message} [${code}]`.slice(0, ERROR_MESSAGE_LENGTH_MAX), metadata };
}

/** Where a call went, for messages of errors that have no server behind them. */
export interface CallTarget {
  readonly address: string;
  readonly method: string;
}

/** What a client throws for a status that is not OK: the server's own error, else one that says what happened to the call. */
export function errorOfStatus(status: StatusObject, target: CallTarget): AppError {
  const [trailer] = status.metadata.get(ERROR_TRAILER);
  return (Buffer.isBuffer(trailer) ? tryDecode(trailer) : undefined) ?? errorOfCode(status, target);
}

function tryDecode(bytes: Buffer): AppError | undefined {
  try {
    return errorFromWire(fromBinary(ErrorSchema, bytes));
  } catch {
    return undefined; // A foreign server that uses our key: its status still says enough.
  }
}

type Context = Readonly<Record<string, string>>;

function errorOfCode(status: StatusObject, target: CallTarget): AppError {
  const context = { address: target.address, method: target.method };
  const detail = status.details;
  switch (status.code) {
    case Status.CANCELLED:
      return new AppError({ kind: "unavailable", code: "cancelled", message: "call was cancelled", context });
    case Status.DEADLINE_EXCEEDED:
      return new AppError({
        kind: "unavailable",
        code: "deadline-exceeded",
        message: "no answer in time: try again, or allow more time",
        context,
      });
    case Status.UNAVAILABLE:
      return new AppError({
        kind: "unavailable",
        code: "unreachable",
        message: "nobody answers at this address: check that the service runs and the address is right",
        context: { ...context, detail },
      });
    case Status.RESOURCE_EXHAUSTED:
      return new AppError({
        kind: "exhausted",
        code: "message-too-large",
        message: "message is over the transport's limit: send less at once",
        context: { ...context, detail },
      });
    case Status.UNIMPLEMENTED:
      return new AppError({
        kind: "invalid",
        code: "not-implemented",
        message: "this address serves no such method: check that it is the right service and version",
        context,
      });
    case Status.UNAUTHENTICATED:
    case Status.PERMISSION_DENIED:
      return new AppError({
        kind: "invalid",
        code: "not-allowed",
        message: "the server refused the caller",
        context: { ...context, detail },
      });
    case Status.INTERNAL:
      return isBroken(status) ? brokenOff(context, detail) : failed(status, context);
    default:
      return failed(status, context);
  }
}

/** HTTP/2 ended the stream before there was a status: nothing was said of what became of the call. A server of ours that fails says so in a trailer. */
function isBroken({ details }: StatusObject): boolean {
  return details.startsWith("Received RST_STREAM");
}

function brokenOff(context: Context, detail: string): AppError {
  return new AppError({
    kind: "unavailable",
    code: "call-broken-off",
    message: "the call broke off before its answer, and may have been carried out: the same call again finds out",
    context: { ...context, detail },
  });
}

function failed(status: StatusObject, context: Context): AppError {
  const { code, details: detail } = status;
  return new AppError({
    kind: "internal",
    code: "rpc-failed",
    message: "call failed",
    context: { ...context, status: Status[code], detail },
  });
}
