import { describe, expect, it } from "@jest/globals";
import { leaderEpoch, offset, timestampMs, type TopicId } from "@millrace/model";
import { decodeGroupRecord, encodeGroupRecord } from "./record-codec.ts";
import type { GroupRecord } from "./store.ts";

const hex = (bytes: Uint8Array | null): string => (bytes === null ? "null" : Buffer.from(bytes).toString("hex"));
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

/** The bytes are those of Kafka's own schemas (OffsetCommitKey 1, OffsetCommitValue 3 and 4, GroupMetadataKey 2, GroupMetadataValue 3), written out by hand. */
function check(record: GroupRecord, key: string, value: string): void {
  const encoded = encodeGroupRecord(record);
  expect(`${hex(encoded.key)} ${hex(encoded.value)}`).toBe(`${key.replaceAll(" ", "")} ${value.replaceAll(" ", "")}`);
  expect(decodeGroupRecord(encoded)).toEqual(record);
}

describe("encodeGroupRecord", () => {
  it("writes an offset as Kafka does", () => {
    const value = { offset: offset(5), leaderEpoch: leaderEpoch(2), metadata: "m", committedAtMs: timestampMs(1_000) };
    check(
      { kind: "offset", group: "g", topic: "tp", partition: 7, value },
      "0001 0001 67 0002 7470 00000007",
      "0003 0000000000000005 00000002 0001 6d 00000000000003e8",
    );
    const topicId = "000102030405060708090a0b0c0d0eff" as TopicId;
    check(
      { kind: "offset", group: "g", topic: "tp", partition: 7, value: { ...value, topicId } },
      "0001 0001 67 0002 7470 00000007",
      "0004 0000000000000005 00000002 02 6d 00000000000003e8 01 00 10 000102030405060708090a0b0c0d0eff",
    );
    check({ kind: "offset", group: "g", topic: "tp", partition: 7, value: undefined }, "0001 0001 67 0002 7470 00000007", "null");
  });

  it("writes a generation as Kafka does", () => {
    const member = {
      memberId: "a",
      instanceId: undefined,
      clientId: "c",
      clientHost: "h",
      rebalanceTimeoutMs: 1,
      sessionTimeoutMs: 2,
      metadata: bytes("0102"),
      assignment: bytes("03"),
    };
    check(
      {
        kind: "group",
        group: "g",
        metadata: {
          protocolType: "consumer",
          generation: 3,
          protocolName: "r",
          leaderId: "a",
          stateSinceMs: timestampMs(9),
          members: [member],
        },
      },
      "0002 0001 67",
      "0003 0008 636f6e73756d6572 00000003 0001 72 0001 61 0000000000000009 00000001 0001 61 ffff 0001 63 0001 68 00000001 00000002 00000002 0102 00000001 03",
    );
    check({ kind: "group", group: "g", metadata: undefined }, "0002 0001 67", "null");
  });

  it("writes KIP-848 groups in a layout of its own", () => {
    check({ kind: "consumerGroup", group: "g", epoch: 4 }, "03e8 0001 67", "0000 00000004");
    const assigned = new Map([["t", [0, 2]]]);
    const member = {
      memberId: "m",
      instanceId: "i",
      rackId: undefined,
      clientId: "c",
      clientHost: "h",
      rebalanceTimeoutMs: 1,
      topics: ["t"],
      topicRegex: undefined,
      assignor: "range",
      state: "UNREVOKED_PARTITIONS",
      epoch: 2,
      previousEpoch: 1,
      assigned,
      revoking: new Map(),
      target: assigned,
    } as const;
    const record: GroupRecord = { kind: "consumerMember", group: "g", memberId: "m", member };
    expect(decodeGroupRecord(encodeGroupRecord(record))).toEqual(record);
  });
});

describe("decodeGroupRecord", () => {
  it.each([
    ["no key", null, null],
    ["an empty key", "", null],
    ["a key cut short", "0001 0001", null],
    ["a value of another version", "0001 0001 67 0001 74 00000000", "0009"],
    ["a value cut short", "0001 0001 67 0001 74 00000000", "0003 00000000"],
    ["an array longer than its bytes", "0002 0001 67", "0003 0000 00000001 ffff ffff 0000000000000000 7fffffff"],
    ["text that is no UTF-8", "0002 0001 ff", null],
  ])("refuses %s", (_, key, value) => {
    const decode = (): unknown =>
      decodeGroupRecord({
        key: key === null ? null : bytes(key.replaceAll(" ", "")),
        value: value === null ? null : bytes(value.replaceAll(" ", "")),
      });
    expect(decode).toThrow("record of the group log cannot be read");
  });

  it("skips a kind of record that it does not know", () => {
    expect(decodeGroupRecord({ key: bytes("0003"), value: null })).toBeUndefined();
  });
});
