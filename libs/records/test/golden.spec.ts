import { describe, expect, it } from "@jest/globals";
import { timestampMs, type ProducerEpoch, type ProducerId } from "@millrace/model";
import {
  BatchBuilder,
  buildEndTransactionMarker,
  readEndTransactionMarker,
  readRecords,
  RecordBatchView,
  verifyBatch,
  type BatchHeader,
  type EndTransactionMarker,
  type RecordHeader,
} from "../src/index.ts";
import { crc32c } from "./crc32c.ts";
import { goldenBytes } from "./golden.ts";

const T = 1_700_000_000_000;
type PlainRecord = [timestamp: number, key: string | null, value: string | null, headers: RecordHeader[]];
const bytesOf = (text: string | null): Uint8Array | null => (text === null ? null : new TextEncoder().encode(text));
const threeRecords: PlainRecord[] = [0, 1, 2].map((i) => [T + i, `key-${i}`, `value-${i}`, []]);
const traceparent = bytesOf("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

const cases: [name: string, records: PlainRecord[], header: BatchHeader][] = [
  ["plain", threeRecords, {}],
  [
    "nulls",
    [
      [T, null, "v", []],
      [T, "k", null, []],
      [T, null, null, []],
      [T, "", "", []],
    ],
    {},
  ],
  [
    "headers",
    [
      [
        T,
        "k",
        "v",
        [
          { key: "traceparent", value: traceparent },
          { key: "n", value: null },
          { key: "traceparent", value: Uint8Array.of() },
          { key: "hé", value: Uint8Array.of(0xff) },
        ],
      ],
      [T, null, "v", []],
    ],
    {},
  ],
  [
    "timestamps",
    [
      [T, null, "a", []],
      [T - 5_000, null, "b", []],
      [T + 86_400_000 * 365, null, "c", []],
      [0, null, "d", []],
      [T + 2 ** 45, null, "e", []],
    ],
    {},
  ],
  [
    "transactional",
    threeRecords,
    { transactional: true, producerId: (2 ** 32 + 1) as ProducerId, producerEpoch: 7 as ProducerEpoch, baseSequence: 2 ** 31 - 2 },
  ],
];

describe("batches of another encoder", () => {
  it.each(cases)("%s: are built byte for byte", (name, records, header) => {
    const builder = new BatchBuilder({ crc32c });
    for (const [timestamp, key, value, headers] of records) builder.append(timestampMs(timestamp), bytesOf(key), bytesOf(value), headers);
    // kafka-python writes leader epoch 0, where others write -1; a broker overwrites it.
    expect(builder.build({ ...header, leaderEpoch: new RecordBatchView(goldenBytes(name)).partitionLeaderEpoch })).toEqual(
      goldenBytes(name),
    );
  });

  it.each(cases)("%s: are read record for record", (name, records) => {
    const golden = goldenBytes(name);
    verifyBatch(golden, { crc32c });
    expect([...readRecords(golden)]).toEqual(
      records.map(([timestamp, key, value, headers], offset) => ({ offset, timestamp, key: bytesOf(key), value: bytesOf(value), headers })),
    );
  });

  it("transactional: the view reads each field of the header", () => {
    const view = new RecordBatchView(goldenBytes("transactional"));
    expect({
      base: view.baseOffset,
      last: view.lastOffset,
      next: view.nextOffset,
      count: view.recordCount,
      size: view.sizeInBytes,
      length: view.batchLength,
      magic: view.magic,
      transactional: view.isTransactional,
      control: view.isControl,
      compression: view.compression,
      timestampType: view.timestampType,
      baseTimestamp: view.baseTimestamp,
      maxTimestamp: view.maxTimestamp,
      producerId: view.producerId,
      producerEpoch: view.producerEpoch,
      firstSequence: view.baseSequence,
      lastSequence: view.lastSequence,
    }).toEqual({
      base: 0,
      last: 2,
      next: 3,
      count: 3,
      size: 118,
      length: 106,
      magic: 2,
      transactional: true,
      control: false,
      compression: "none",
      timestampType: "CreateTime",
      baseTimestamp: T,
      maxTimestamp: T + 2,
      producerId: 2 ** 32 + 1,
      producerEpoch: 7,
      firstSequence: 2 ** 31 - 2,
      lastSequence: 0,
    });
  });

  const markers: [string, EndTransactionMarker][] = (
    [
      ["commit-marker", "commit", 42],
      ["abort-marker", "abort", 2 ** 31 - 1],
    ] as const
  ).map(([name, outcome, coordinatorEpoch]) => [
    name,
    { outcome, coordinatorEpoch, producerId: 9_000 as ProducerId, producerEpoch: 3 as ProducerEpoch, timestamp: timestampMs(T) },
  ]);

  it.each(markers)("%s: is built and read", (name, marker) => {
    const golden = goldenBytes(name);
    const built = buildEndTransactionMarker(marker, crc32c);
    built.set(golden.subarray(12, 16), 12); // leader epoch, see above
    expect(built).toEqual(golden);
    expect(readEndTransactionMarker(verifyBatch(golden, { crc32c }).subarray())).toEqual(marker);
  });
});
