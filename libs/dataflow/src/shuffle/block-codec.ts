import type { ValueCodec } from "@millrace/ports";
import { corruptBlock } from "../errors.ts";
import { type Rows, rowCount } from "./rows.ts";

/** Bytes of a block: its columns as one value, so that shapes and repeated texts are written once per block and not once per row. */
export function encodeRows(codec: ValueCodec, rows: Rows): Uint8Array {
  return codec.encode([rows.keys, rows.values, rows.numbers]);
}

/** Inverse of `encodeRows`; a payload that is something else is `corrupt-shuffle-block`. */
export function decodeRows(
  codec: ValueCodec,
  block: { readonly edge: number; readonly fromTask: number; readonly recordCount: number; readonly payload: Uint8Array },
): Rows {
  const columns = codec.decode(block.payload);
  if (!Array.isArray(columns) || columns.length !== 3 || !columns.every(Array.isArray))
    throw corruptBlock("it has no three columns", block);
  const [keys, values, numbers] = columns as [unknown[], unknown[], number[]];
  const rows = { keys, values, numbers };
  if (rowCount(rows) !== block.recordCount) throw corruptBlock("it has another number of rows than it says", block);
  return rows;
}
