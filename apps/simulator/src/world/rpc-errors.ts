import { AppError } from "@millrace/model";

type Context = Readonly<Record<string, string>>;

/** What the transport itself says of a call, as `libs/rpc` does. */
export const rpcErrors = {
  unreachable: (context: Context): AppError =>
    new AppError({
      kind: "unavailable",
      code: "unreachable",
      message: "nobody answers at this address: check that the service runs and the address is right",
      context,
    }),
  cancelled: (context: Context): AppError =>
    new AppError({ kind: "unavailable", code: "cancelled", message: "call was cancelled", context }),
  deadline: (context: Context): AppError =>
    new AppError({ kind: "unavailable", code: "deadline-exceeded", message: "no answer in time: try again, or allow more time", context }),
  wentAway: (context: Context): AppError =>
    new AppError({ kind: "unavailable", code: "cancelled", message: "caller cancelled, ran out of time or lost its connection", context }),
  notImplemented: (context: Context): AppError =>
    new AppError({
      kind: "invalid",
      code: "not-implemented",
      message: "this address serves no such method: check that it is the right service and version",
      context,
    }),
};
