import { AppError } from "@millrace/model";

type Context = Readonly<Record<string, string | number | boolean | undefined>>;

/** The bytes are not the batch that was written: wrong length, checksum or layout. Produce again, or read another replica. */
export function corruptBatch(reason: string, context: Context = {}): AppError {
  return new AppError({ kind: "corrupt", code: "corrupt-batch", message: `record batch is corrupt: ${reason}`, context });
}

/** The batch is whole, but what it says about itself is not allowed here: the sender has to change it. */
export function invalidBatch(reason: string, context: Context = {}): AppError {
  return new AppError({ kind: "invalid", code: "invalid-batch", message: `record batch is refused: ${reason}`, context });
}

/** The checksum holds, but the records inside cannot be decoded: the producer wrote them so. */
export function corruptRecords(reason: string, context: Context = {}): AppError {
  return new AppError({ kind: "corrupt", code: "corrupt-records", message: `records of a batch are malformed: ${reason}`, context });
}

export function recordTooLarge(context: { readonly bytes: number; readonly bytesMax: number }): AppError {
  return new AppError({
    kind: "invalid",
    code: "record-too-large",
    message: "record batch is larger than allowed: send smaller batches or raise max.message.bytes",
    context,
  });
}

export function unsupportedCompression(codec: number | string): AppError {
  return new AppError({
    kind: "invalid",
    code: "unsupported-compression",
    message: "compression is not supported: use none, gzip, snappy, lz4 or zstd",
    context: { codec },
  });
}

export function invalidTimestamp(reason: string, context: Context = {}): AppError {
  return new AppError({ kind: "invalid", code: "invalid-timestamp", message: reason, context });
}
