import type { CompressionCodecs, RecordOffsets } from "@millrace/records";
import { recordWithoutKey } from "../errors.ts";
import { RECORD_ERRORS_MAX } from "../limits.ts";

/** Refuses a valid batch that has records without a key, or that does not decode; nothing of it is taken (G12). */
export function assertKeyed(
  batch: Uint8Array,
  of: { readonly records: RecordOffsets; readonly codecs: CompressionCodecs | undefined; readonly folder: string },
): void {
  const records = of.records.decode(batch, of.codecs === undefined ? {} : { codecs: of.codecs });
  const keyless: number[] = [];
  for (let index = 0; index < records.count && keyless.length < RECORD_ERRORS_MAX; index++)
    if ((records.keyLengths[index] ?? -1) < 0) keyless.push(index);
  if (keyless.length > 0) throw recordWithoutKey({ records: keyless.join(), folder: of.folder });
}
