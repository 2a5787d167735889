import { addExtension, Packr } from "msgpackr";
import type { ValueCodec } from "@millrace/ports";
import { corruptValue } from "./errors.ts";
import { exactValue, NegativeZero } from "./exact-value.ts";

/** Ours among msgpack's application types (1 to 100); part of the format of state and shuffle blocks, so it never changes. */
const NEGATIVE_ZERO_TYPE = 90;

/**
 * Values as MessagePack, each self-contained: bytes of one codec are read by any other. undefined, null, booleans, numbers with NaN and -0, bigints of any
 * size, strings, dates, bytes and typed arrays, arrays, plain objects, maps and sets come back equal, however nested. What would not is refused by `encode`
 * with its path; malformed bytes are refused by `decode` (`corrupt-value`). Both results share memory with nothing.
 *
 * Not kept: holes of arrays (they become undefined), identity of an object that occurs twice, lone surrogates in strings.
 */
export function createValueCodec(): ValueCodec {
  addExtension({ Class: NegativeZero, type: NEGATIVE_ZERO_TYPE, pack: () => Buffer.alloc(0), unpack: () => -0 });
  // Objects are written as records (shape once per value, then fields) and maps as maps, so the two stay apart.
  const packr = new Packr({ useRecords: true, mapsAsObjects: false, moreTypes: true, useBigIntExtension: true, copyBuffers: true });
  return {
    encode: (value) => new Uint8Array(packr.pack(exactValue(value))),
    decode(bytes) {
      try {
        return packr.unpack(bytes) as unknown;
      } catch (error) {
        throw corruptValue(error);
      }
    },
  };
}
