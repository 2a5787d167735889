/** Checksums, compression and values: `npm run bench -- --micro --only codecs`. */
import { crc32c as crc32cNative } from "@node-rs/crc32";
import { timestampMs } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { crc32cInScript } from "../src/crc32c-table.ts";
import { crc32c, createCompressionCodecs, createValueCodec } from "../src/index.ts";

const checksums = [50, 100, 200, 300, 4_096, 65_536].flatMap((length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
  return [
    { name: `crc32c native, ${length} B`, unit: "bytes", units: length, run: () => crc32cNative(bytes) },
    { name: `crc32c in script, ${length} B`, unit: "bytes", units: length, run: () => crc32cInScript(bytes) },
  ];
});

const text = new TextEncoder().encode(
  Array.from({ length: 600 }, (_, index) =>
    JSON.stringify({ id: index, origin: `A${index % 90}`, delay: (index * 37) % 120, at: 1_700_000_000_000 + index }),
  ).join("\n"),
);
const codecs = createCompressionCodecs();
const compression = (["gzip", "snappy", "lz4", "zstd"] as const).flatMap((type) => {
  const compressed = codecs.compress(type, text);
  return [
    { name: `${type} compress`, unit: "bytes", units: text.length, run: () => codecs.compress(type, text) },
    { name: `${type} decompress`, unit: "bytes", units: text.length, run: () => codecs.decompress(type, compressed, 1_000_000) },
  ];
});

const builder = new BatchBuilder({ crc32c });
const value = new Uint8Array(100).fill(65);
function encodeBatch(): Uint8Array {
  for (let index = 0; index < 1_000; index++) builder.append(timestampMs(1_700_000_000_000 + index), null, value);
  return builder.build();
}

const values = createValueCodec();
const pair = ["ORD", { count: 17, sum: 1_234, max: 88.5 }];
const block = Array.from({ length: 1_000 }, (_, index) => [`key-${index}`, { count: index, sum: index * 1.5, max: index }]);
const [pairBytes, blockBytes] = [values.encode(pair), values.encode(block)];

export const cases = [
  ...checksums,
  ...compression,
  { name: "encode batch with checksum, 100 B", unit: "records", units: 1_000, run: encodeBatch },
  { name: "value encode, one by one", unit: "pairs", units: 1, run: () => values.encode(pair) },
  { name: "value decode, one by one", unit: "pairs", units: 1, run: () => values.decode(pairBytes) },
  { name: "value encode, blocks of 1,000", unit: "pairs", units: 1_000, run: () => values.encode(block) },
  { name: "value decode, blocks of 1,000", unit: "pairs", units: 1_000, run: () => values.decode(blockBytes) },
];
