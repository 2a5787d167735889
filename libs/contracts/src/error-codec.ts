import { AppError, type ErrorKind, toAppError } from "@millrace/model";
import { ErrorKind as WireKind } from "./gen/millrace/common/v1/common_pb.ts";

const WIRE_KINDS: Readonly<globalThis.Record<ErrorKind, WireKind>> = {
  invalid: WireKind.INVALID,
  "not-found": WireKind.NOT_FOUND,
  conflict: WireKind.CONFLICT,
  fenced: WireKind.FENCED,
  exhausted: WireKind.EXHAUSTED,
  retry: WireKind.RETRY,
  unavailable: WireKind.UNAVAILABLE,
  corrupt: WireKind.CORRUPT,
  internal: WireKind.INTERNAL,
};
const KINDS = new Map(Object.entries(WIRE_KINDS).map(([kind, wire]) => [wire, kind as ErrorKind]));

/** A typed error as it travels: inside answers, and beside failed calls. Anything unknown becomes `internal`. */
export interface WireError {
  readonly kind: WireKind;
  readonly code: string;
  readonly message: string;
  readonly context: { readonly [key: string]: string };
}

export function errorToWire(error: unknown): WireError {
  const { kind, code, reason, context } = toAppError(error);
  const values: { [key: string]: string } = {};
  for (const [key, value] of Object.entries(context)) if (value !== undefined) values[key] = String(value);
  return { kind: WIRE_KINDS[kind], code, message: reason, context: values };
}

/** The inverse; context values come back as strings. */
export function errorFromWire(error: WireError): AppError {
  return new AppError({ kind: KINDS.get(error.kind) ?? "internal", code: error.code, message: error.message, context: error.context });
}
