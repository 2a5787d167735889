/**
 * Hot paths for 1,000 partitions: `npm run bench -- --micro --only kafka-wire`.
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
const topicId = "0123456789abcdef0123456789abcdef";
const batch = new Uint8Array(16_384).fill(7);
const mark = { correlationId: 1, clientId: "bench" };

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

const produced = new Map([7, 13].map((version) => [version, produceFrame(version)]));
const encode = (version: number, response: typeof full) => () => encodeResponseFrame(fetchApi, { ...mark, version }, response);
const each = { unit: "partitions", units: PARTITIONS };

export const cases = [
  ...[...produced].map(([version, frame]) => ({
    name: `decode Produce v${version}, a 16 KiB batch each (views)`,
    ...each,
    run: () => decode(frame),
  })),
  { name: "decode Fetch v17", ...each, run: () => decode(fetchFrame) },
  ...[11, 17].flatMap((version) => [
    { name: `encode Fetch response v${version}, a 16 KiB batch each (parts)`, ...each, run: encode(version, full) },
    { name: `encode Fetch response v${version}, no records`, ...each, run: encode(version, empty) },
  ]),
];
