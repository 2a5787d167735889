/** The Castagnoli polynomial, bit-reversed. `zlib.crc32` is another one and would fail every Kafka client (G11). */
const POLYNOMIAL = 0x82f63b78;

/** Table k·256 + b: checksum of byte b followed by k zero bytes; eight of them let the loop take eight bytes a turn. */
function buildTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index++) {
    const previous = tables[index - 256] ?? 0;
    tables[index] = (previous >>> 8) ^ (tables[previous & 0xff] ?? 0);
  }
  return tables;
}

const tables = buildTables();

/** CRC-32C in plain JavaScript, slicing by 8: without the native call's fixed cost, which is most of the time below some 200 bytes. */
export function crc32cInScript(bytes: Uint8Array): number {
  const length = bytes.length;
  const wholeEnd = length & ~7;
  let crc = -1;
  let i = 0;
  for (; i < wholeEnd; i += 8) {
    const low = crc ^ ((bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24));
    crc =
      (tables[1792 + (low & 0xff)] ?? 0) ^
      (tables[1536 + ((low >>> 8) & 0xff)] ?? 0) ^
      (tables[1280 + ((low >>> 16) & 0xff)] ?? 0) ^
      (tables[1024 + (low >>> 24)] ?? 0) ^
      (tables[768 + (bytes[i + 4] ?? 0)] ?? 0) ^
      (tables[512 + (bytes[i + 5] ?? 0)] ?? 0) ^
      (tables[256 + (bytes[i + 6] ?? 0)] ?? 0) ^
      (tables[bytes[i + 7] ?? 0] ?? 0);
  }
  for (; i < length; i++) crc = (crc >>> 8) ^ (tables[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}
