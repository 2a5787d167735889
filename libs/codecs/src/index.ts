export { compilePattern } from "./compile-pattern.ts";
export { createCompressionCodecs } from "./compression-codecs.ts";
export { crc32c } from "./crc32c.ts";
export { createValueFormats } from "./value-formats.ts";
export { createValueCodec } from "./value-codec.ts";
