import type { SerdeDescriptor } from "@millrace/model";
import type { ValueFormat, ValueFormats } from "@millrace/ports";
import { formatNotSupported } from "../errors.ts";

/** The format of a serde that needs a library. */
export function openFormat(serde: SerdeDescriptor, formats: ValueFormats): ValueFormat {
  const format = formats.open(serde);
  if (format === undefined) throw formatNotSupported(serde.format);
  return format;
}
