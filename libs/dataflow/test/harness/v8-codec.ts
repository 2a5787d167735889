import { deserialize, serialize } from "node:v8";
import type { ValueCodec } from "@millrace/ports";

/** A value codec of the platform, so that these tests need no adapter. */
export const V8_CODEC: ValueCodec = { encode: (value) => serialize(value), decode: (bytes) => deserialize(bytes) as unknown };
