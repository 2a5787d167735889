import { createValueCodec } from "@millrace/codecs";
import { decodeGroupRecord, encodeGroupRecord } from "@millrace/groups";
import { leaderEpoch, offset, producerEpoch, producerId, timestampMs } from "@millrace/model";
import { parseJobGraph } from "@millrace/planner";
import { decodeTransactionRecord, encodeTransactionRecord } from "@millrace/transactions";
import type { FuzzTarget } from "../fuzz-target.ts";
import { takenOrRefused } from "../refusal.ts";

interface Keyed {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Key and value as one input: a length, the key, the value. */
function joined({ key, value }: Keyed): Uint8Array {
  return Uint8Array.of(key.length & 0xff, ...key, ...(value ?? []));
}

function parted(bytes: Uint8Array): Keyed {
  const keyEnd = 1 + Math.min(bytes[0] ?? 0, Math.max(0, bytes.length - 1));
  return { key: bytes.subarray(1, keyEnd), value: keyEnd === bytes.length ? null : bytes.subarray(keyEnd) };
}

const member = {
  memberId: "m-1",
  instanceId: "i",
  clientId: "c",
  clientHost: "/h",
  rebalanceTimeoutMs: 1,
  sessionTimeoutMs: 2,
  metadata: new Uint8Array(9),
  assignment: new Uint8Array(5),
};

const groupRecords = [
  encodeGroupRecord({
    kind: "offset",
    group: "g",
    topic: "t",
    partition: 3,
    value: { offset: offset(9), leaderEpoch: leaderEpoch(1), metadata: "x", committedAtMs: timestampMs(5) },
  }),
  encodeGroupRecord({ kind: "offset", group: "g", topic: "t", partition: 3, value: undefined }),
  encodeGroupRecord({
    kind: "group",
    group: "g",
    metadata: {
      protocolType: "consumer",
      generation: 4,
      protocolName: "range",
      leaderId: "m-1",
      stateSinceMs: timestampMs(7),
      members: [member, member],
    },
  }),
  encodeGroupRecord({ kind: "consumerGroup", group: "g", epoch: 6 }),
];

const transactionRecords = (["Empty", "Ongoing", "PrepareCommit", "CompleteAbort"] as const).map((state) =>
  encodeTransactionRecord({
    transactionalId: "tx",
    entry: {
      transactionalId: "tx",
      producerId: producerId(4),
      producerEpoch: producerEpoch(2),
      timeoutMs: 9,
      state,
      transactionNumber: 3,
      partitions: [{ topic: "t", partition: 1 }],
      startedAtMs: timestampMs(1),
      updatedAtMs: timestampMs(2),
    },
  }),
);

const graph = {
  formatVersion: 1,
  name: "counts",
  settings: { batchIntervalMs: 100, slotCount: 4, checkpointIntervalMs: "off", maxRecordsPerBatch: 1_000, restartsMax: 3 },
  operators: [
    { id: "a", name: "source", kind: "source", parents: [], source: { type: "topic", topic: "t", value: { type: "json" } } },
    { id: "b", name: "map", kind: "map", parents: ["a"], function: 0 },
    { id: "c", name: "print", kind: "print", parents: ["b"], count: 10 },
  ],
};

const codec = createValueCodec();
const values = [
  [
    ["a", "b"],
    [1, 2.5, -0, 2n ** 70n],
    [Number.NaN, null, undefined],
  ],
  [[new Map([["k", new Set([1])]]), new Date(0), new Uint8Array(20), new Float64Array(3)], [{ a: 1, b: [{ a: 2, b: [] }] }], []],
].map((value) => codec.encode(value));

/** What lies in internal topics, in state and in shuffle blocks, and what job modules send. */
export const storedRecordTargets: readonly FuzzTarget[] = [
  {
    name: "group-record",
    open: () => ({ corpus: groupRecords.map(joined), run: (bytes) => void takenOrRefused(() => decodeGroupRecord(parted(bytes))) }),
  },
  {
    name: "transaction-record",
    open: () => ({
      corpus: transactionRecords.map(joined),
      run: (bytes) => void takenOrRefused(() => decodeTransactionRecord(parted(bytes))),
    }),
  },
  {
    name: "job-graph",
    open: () => ({
      corpus: [encoder.encode(JSON.stringify(graph))],
      run: (bytes) => void takenOrRefused(() => parseJobGraph(decoder.decode(bytes))),
    }),
  },
  { name: "shuffle-and-state-value", open: () => ({ corpus: values, run: (bytes) => void takenOrRefused(() => codec.decode(bytes)) }) },
];
