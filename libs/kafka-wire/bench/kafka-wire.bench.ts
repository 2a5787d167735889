/**
 * Rates of the hot paths for 1,000 partitions: `node --conditions=@millrace/source libs/kafka-wire/bench/kafka-wire.bench.ts`.
 */
import {
  encodeRequestFrame,
  encodeResponseFrame,
  fetchApi,
  FrameSplitter,
  produceApi,
  WireReader,
  decodeRequestHeader,
} from "../src/index.ts";

const PARTITIONS = 1_000;
const ROUNDS = 5;
const MIN_MS = 400;
const topicId = "0123456789abcdef0123456789abcdef";
const batch = new Uint8Array(16_384).fill(7);
const mark = { correlationId: 1, clientId: "bench" };

/** Best of some rounds: the machine is shared, and the best is what the code can do. */
function rate(name: string, run: () => unknown): void {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    let runs = 0;
    while (performance.now() - start < MIN_MS) {
      run();
      runs++;
    }
    best = Math.min(best, (performance.now() - start) / runs);
  }
  const perPartition = (best * 1e6) / PARTITIONS;
  console.log(`${name.padEnd(56)} ${(best * 1_000).toFixed(0).padStart(7)} µs  ${perPartition.toFixed(0).padStart(5)} ns a partition`);
}

const partitions = Array.from({ length: PARTITIONS }, (_, index) => index);
const produceFrame = (version: number): Uint8Array =>
  new Uint8Array(
    Buffer.concat(
      encodeRequestFrame(
        produceApi,
        { ...mark, version },
        {
          acks: -1,
          timeoutMs: 30_000,
          topicData: [{ name: "topic", topicId, partitionData: partitions.map((index) => ({ index, records: batch })) }],
        },
      ),
    ),
  );
const fetchFrame = new Uint8Array(
  Buffer.concat(
    encodeRequestFrame(
      fetchApi,
      { ...mark, version: 17 },
      {
        maxWaitMs: 500,
        minBytes: 1,
        topics: [
          {
            topic: "",
            topicId,
            partitions: partitions.map((partition) => ({ partition, fetchOffset: 1e9, partitionMaxBytes: 1_048_576 })),
          },
        ],
      },
    ),
  ),
);
const fetched = (records: Uint8Array) => ({
  errorCode: 0,
  sessionId: 7,
  responses: [
    {
      topic: "topic",
      topicId,
      partitions: partitions.map((partitionIndex) => ({
        partitionIndex,
        errorCode: 0,
        highWatermark: 1_234_567_890_123,
        lastStableOffset: 1_234_567_890_123,
        logStartOffset: 0,
        abortedTransactions: null,
        records,
      })),
    },
  ],
});
const full = fetched(batch);
const empty = fetched(new Uint8Array(0));

function decode(frame: Uint8Array): unknown {
  const [body = frame] = new FrameSplitter().push(frame);
  const reader = new WireReader(body);
  const { apiKey, apiVersion } = decodeRequestHeader(reader);
  return apiKey === produceApi.key ? produceApi.decodeRequest(reader, apiVersion) : fetchApi.decodeRequest(reader, apiVersion);
}

for (const version of [7, 13]) {
  const frame = produceFrame(version);
  rate(`decode Produce v${version}, a 16 KiB batch each (views)`, () => decode(frame));
}
rate("decode Fetch v17", () => decode(fetchFrame));
for (const version of [11, 17]) {
  rate(`encode Fetch response v${version}, a 16 KiB batch each (parts)`, () => encodeResponseFrame(fetchApi, { ...mark, version }, full));
  rate(`encode Fetch response v${version}, no records`, () => encodeResponseFrame(fetchApi, { ...mark, version }, empty));
}
