import { describe, expect, it } from "@jest/globals";
import { AppError, leaderEpoch, offset, timestampMs } from "@millrace/model";
import fc from "fast-check";
import { decodeGroupRecord, type EncodedRecord, encodeGroupRecord } from "../src/record-codec.ts";
import { topicsOfSubscription } from "../src/subscription.ts";

const bytes = fc.uint8Array({ maxLength: 40 });
const name = fc.string({ maxLength: 12 });
const metadata = fc.record({
  protocolType: name,
  generation: fc.nat(),
  protocolName: fc.option(name, { nil: undefined }),
  leaderId: fc.option(name, { nil: undefined }),
  stateSinceMs: fc.nat().map(timestampMs),
  members: fc.array(
    fc.record({
      memberId: name,
      instanceId: fc.option(name, { nil: undefined }),
      clientId: name,
      clientHost: name,
      rebalanceTimeoutMs: fc.nat(),
      sessionTimeoutMs: fc.nat(),
      metadata: bytes,
      assignment: bytes,
    }),
    { maxLength: 4 },
  ),
});
const value = fc.record({
  offset: fc.nat().map(offset),
  leaderEpoch: fc.nat().map(leaderEpoch),
  metadata: name,
  committedAtMs: fc.nat().map(timestampMs),
});
const record = fc.oneof(
  fc.record({ kind: fc.constant("group" as const), group: name, metadata: fc.option(metadata, { nil: undefined }) }),
  fc.record({
    kind: fc.constant("offset" as const),
    group: name,
    topic: name,
    partition: fc.nat(),
    value: fc.option(value, { nil: undefined }),
  }),
);
const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 });

function mutate(source: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array {
  const copy = source.slice();
  for (const [at, byte] of changes) if (copy.length > 0) copy[at % copy.length] = byte;
  const [first] = changes;
  return first === undefined || first[1] % 3 > 0 ? copy : copy.subarray(0, first[0] % (copy.length + 1));
}

function decodeOrRefuse(encoded: EncodedRecord): void {
  try {
    decodeGroupRecord(encoded);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
  }
}

describe("records of the group log", () => {
  it("decode to what was encoded", () => {
    fc.assert(fc.property(record, (each) => expect(decodeGroupRecord(encodeGroupRecord(each))).toEqual(each)));
  });

  it("decode or are refused, whatever bytes change", () => {
    fc.assert(
      fc.property(record, mutations, mutations, (each, keyChanges, valueChanges) => {
        const { key, value: encoded } = encodeGroupRecord(each);
        decodeOrRefuse({ key: mutate(key, keyChanges), value: encoded === null ? null : mutate(encoded, valueChanges) });
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("topicsOfSubscription", () => {
  it("reads topics or gives up, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (each) => {
        const topics = topicsOfSubscription(each);
        expect(topics === undefined || topics.length * 2 <= each.length).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});
