/** Rates of checksums, compression and values: `node --conditions=@millrace/source libs/codecs/bench/codecs.bench.ts`. */
import { crc32c as crc32cNative } from "@node-rs/crc32";
import { timestampMs } from "@millrace/model";
import { BatchBuilder } from "@millrace/records";
import { crc32cInScript } from "../src/crc32c-table.ts";
import { crc32c, createCompressionCodecs, createValueCodec } from "../src/index.ts";

const ROUNDS = 3;
const MIN_MS = 300;

/** Best of some rounds: the machine is shared, and the best is what the code can do. */
function rate(name: string, unitsPerRun: number, run: () => unknown): void {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    let runs = 0;
    while (performance.now() - start < MIN_MS) {
      for (let index = 0; index < 10; index++) run();
      runs += 10;
    }
    best = Math.max(best, (runs * unitsPerRun) / ((performance.now() - start) / 1_000));
  }
  console.log(`${name.padEnd(44)} ${(best / 1e6).toFixed(2).padStart(9)} M/s`);
}

for (const length of [50, 100, 200, 300, 4_096, 65_536]) {
  const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
  rate(`crc32c native, bytes at ${length}`, length, () => crc32cNative(bytes));
  rate(`crc32c in script, bytes at ${length}`, length, () => crc32cInScript(bytes));
}

const text = new TextEncoder().encode(
  Array.from({ length: 600 }, (_, index) =>
    JSON.stringify({ id: index, origin: `A${index % 90}`, delay: (index * 37) % 120, at: 1_700_000_000_000 + index }),
  ).join("\n"),
);
const codecs = createCompressionCodecs();
for (const type of ["gzip", "snappy", "lz4", "zstd"] as const) {
  const compressed = codecs.compress(type, text);
  rate(`${type} compress, bytes (ratio ${(text.length / compressed.length).toFixed(1)})`, text.length, () => codecs.compress(type, text));
  rate(`${type} decompress, bytes`, text.length, () => codecs.decompress(type, compressed, 1_000_000));
}

const builder = new BatchBuilder({ crc32c });
const value = new Uint8Array(100).fill(65);
rate("encode batch with checksum, records of 100 B", 1_000, () => {
  for (let index = 0; index < 1_000; index++) builder.append(timestampMs(1_700_000_000_000 + index), null, value);
  return builder.build();
});

const values = createValueCodec();
const pair = ["ORD", { count: 17, sum: 1_234, max: 88.5 }];
const block = Array.from({ length: 1_000 }, (_, index) => [`key-${index}`, { count: index, sum: index * 1.5, max: index }]);
const [pairBytes, blockBytes] = [values.encode(pair), values.encode(block)];
rate("value encode, pairs one by one", 1, () => values.encode(pair));
rate("value decode, pairs one by one", 1, () => values.decode(pairBytes));
rate("value encode, pairs in blocks of 1,000", 1_000, () => values.encode(block));
rate("value decode, pairs in blocks of 1,000", 1_000, () => values.decode(blockBytes));
