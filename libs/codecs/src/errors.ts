import { AppError } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

/** Compressed bytes are not whole output of their codec. Nothing the reader can do; the producer has to send them again. */
export function corruptPayload(codec: string, cause?: unknown): AppError {
  const reason = cause instanceof Error ? cause.message.slice(0, 200) : undefined;
  return new AppError({
    kind: "corrupt",
    code: "corrupt-payload",
    message: "compressed payload cannot be decompressed, produce it again",
    context: { codec, reason },
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
  return new AppError({ kind: "invalid", code: "unserialisable-value", message: `value cannot be kept in state or sent to another worker: ${reason}`, context });
}

/** Encoded bytes are not a value that this codec wrote. */
export function corruptValue(cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message.slice(0, 200) : undefined;
  return new AppError({ kind: "corrupt", code: "corrupt-value", message: "encoded value cannot be decoded", context: { reason }, cause });
}
