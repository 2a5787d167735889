import type { CompressionCodecs } from "@millrace/records";
import { assertNever } from "@millrace/stdx";
import { payloadTooLarge } from "./errors.ts";
import { compressLz4, decompressLz4 } from "./lz4-frame.ts";
import { compressSnappy, decompressSnappy } from "./snappy-xerial.ts";
import { compressGzip, compressZstd, decompressGzip, decompressZstd } from "./zlib-codecs.ts";

/** All codecs of Kafka, native and synchronous: a batch of some ten KiB costs less than a hop to another thread. Output is bounded; see `CompressionCodecs`. */
export function createCompressionCodecs(): CompressionCodecs {
  return {
    compress(type, bytes, level) {
      switch (type) {
        case "none":
          return bytes.slice();
        case "gzip":
          return compressGzip(bytes, level);
        case "snappy":
          return compressSnappy(bytes);
        case "lz4":
          return compressLz4(bytes);
        case "zstd":
          return compressZstd(bytes, level);
        default:
          return assertNever(type, "compression type");
      }
    },
    decompress(type, bytes, bytesMax) {
      switch (type) {
        case "none":
          if (bytes.length > bytesMax) throw payloadTooLarge(type, bytesMax);
          return bytes.slice();
        case "gzip":
          return decompressGzip(bytes, bytesMax);
        case "snappy":
          return decompressSnappy(bytes, bytesMax);
        case "lz4":
          return decompressLz4(bytes, bytesMax);
        case "zstd":
          return decompressZstd(bytes, bytesMax);
        default:
          return assertNever(type, "compression type");
      }
    },
  };
}
