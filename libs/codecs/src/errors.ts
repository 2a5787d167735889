import { AppError } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

/** Compressed bytes are not whole output of their codec. Nothing the reader can do; the producer has to send them again. */
export function corruptPayload(codec: string, cause?: unknown): AppError {
  return new AppError({
    kind: "corrupt",
    code: "corrupt-payload",
    message: "compressed payload cannot be decompressed, produce it again",
    context: { codec, reason: reasonOf(cause) },
    cause,
  });
}

/** Decompressed bytes would pass the caller's bound. */
export function payloadTooLarge(codec: string, bytesMax: number): AppError {
  return new AppError({
    kind: "exhausted",
    code: "payload-too-large",
    message: "decompressed payload is larger than allowed: send smaller batches",
    context: { codec, bytesMax },
  });
}

/** A value holds something that would not come back as it was. */
export function unserialisableValue(reason: string, context: Context): AppError {
  return new AppError({
    kind: "invalid",
    code: "unserialisable-value",
    message: `value cannot be kept in state or sent to another worker: ${reason}`,
    context,
  });
}

/** A serde's schema cannot be used. */
export function invalidSchema(format: string, cause: unknown): AppError {
  return new AppError({
    kind: "invalid",
    code: "invalid-schema",
    message: `the schema of a ${format} serde cannot be used: ${reasonOf(cause)}`,
    context: { format },
    cause,
  });
}

/** Encoded bytes are not a value that this codec wrote. */
export function corruptValue(cause: unknown): AppError {
  return new AppError({
    kind: "corrupt",
    code: "corrupt-value",
    message: "encoded value cannot be decoded",
    context: { reason: reasonOf(cause) },
    cause,
  });
}

const REASON_LENGTH_MAX = 200; // what native libraries say is short; what they quote may not be

function reasonOf(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("message" in cause)) return undefined;
  return String(cause.message).slice(0, REASON_LENGTH_MAX);
}
