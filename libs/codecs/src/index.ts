export { createCompressionCodecs } from "./compression-codecs.ts";
export { crc32c } from "./crc32c.ts";
