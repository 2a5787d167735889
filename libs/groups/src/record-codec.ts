import { leaderEpoch, offset, timestampMs, type TopicId } from "@millrace/model";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { CONSUMER_GROUP_KEY, CONSUMER_MEMBER_KEY, readConsumerMember, writeConsumerMember } from "./consumer/record-codec.ts";
import { groupErrors } from "./errors.ts";
import type { GroupMetadata, GroupRecord, OffsetCommitValue, StoredMember } from "./store.ts";

/** Versions of Kafka's own key and value schemas of `__consumer_offsets`: tools that read that topic read ours. */
const OFFSET_KEY = 1;
const GROUP_KEY = 2;
const OFFSET_VALUE = 3;
/** Flexible; the topic's id is its tag 0 (KIP-848's OffsetCommitValue 4). */
const OFFSET_VALUE_WITH_TOPIC = 4;
const TOPIC_ID_TAG = 0;
const TOPIC_ID_BYTES = 16;
const GROUP_VALUE = 3;
/** Of the KIP-848 group record, which is our own. */
const CONSUMER_GROUP_VALUE = 0;

export interface EncodedRecord {
  readonly key: Uint8Array;
  /** null: a tombstone. */
  readonly value: Uint8Array | null;
}

/** Key: version, then what the record is about, so that compaction keeps the last of each. Layouts in docs/protocol/groups.md. */
export function encodeGroupRecord(record: GroupRecord): EncodedRecord {
  const { group } = record;
  switch (record.kind) {
    case "group":
      return {
        key: new ByteWriter().int16(GROUP_KEY).string(group).take(),
        value: record.metadata === undefined ? null : encodeGroup(record.metadata),
      };
    case "offset": {
      const key = new ByteWriter().int16(OFFSET_KEY).string(group).string(record.topic).int32(record.partition).take();
      return { key, value: record.value === undefined ? null : encodeOffset(record.value) };
    }
    case "consumerGroup": {
      const value = record.epoch === undefined ? null : new ByteWriter().int16(CONSUMER_GROUP_VALUE).int32(record.epoch).take();
      return { key: new ByteWriter().int16(CONSUMER_GROUP_KEY).string(group).take(), value };
    }
    case "consumerMember": {
      const key = new ByteWriter().int16(CONSUMER_MEMBER_KEY).string(group).string(record.memberId).take();
      return { key, value: record.member === undefined ? null : writeConsumerMember(record.member) };
    }
  }
}

/**
 * Inverse of `encodeGroupRecord`; undefined for a key of a kind that is not known (a newer broker's: skipped, as Kafka does). Throws `corrupt-group-record`
 * for bytes that do not parse.
 */
export function decodeGroupRecord(record: { readonly key: Uint8Array | null; readonly value: Uint8Array | null }): GroupRecord | undefined {
  if (record.key === null) throw groupErrors.corruptRecord({ reason: "no key" });
  try {
    return decode(new ByteReader(record.key), record.value === null ? undefined : new ByteReader(record.value));
  } catch (error) {
    throw groupErrors.corruptRecord({}, error);
  }
}

function decode(key: ByteReader, value: ByteReader | undefined): GroupRecord | undefined {
  const kind = key.int16();
  switch (kind) {
    case 0: // Kafka's first layout of the same key
    case OFFSET_KEY:
      return {
        kind: "offset",
        group: key.string(),
        topic: key.string(),
        partition: key.int32(),
        value: value === undefined ? undefined : decodeOffset(value),
      };
    case GROUP_KEY:
      return { kind: "group", group: key.string(), metadata: value === undefined ? undefined : decodeGroup(value) };
    case CONSUMER_GROUP_KEY:
      return { kind: "consumerGroup", group: key.string(), epoch: value === undefined ? undefined : decodeEpoch(value) };
    case CONSUMER_MEMBER_KEY: {
      const group = key.string();
      const memberId = key.string();
      return { kind: "consumerMember", group, memberId, member: value === undefined ? undefined : readConsumerMember(memberId, value) };
    }
    default:
      return undefined;
  }
}

function encodeOffset({ offset: at, leaderEpoch: epoch, metadata, committedAtMs, topicId }: OffsetCommitValue): Uint8Array {
  const writer = new ByteWriter();
  if (topicId === undefined) return writer.int16(OFFSET_VALUE).int64(at).int32(epoch).string(metadata).int64(committedAtMs).take();
  writer.int16(OFFSET_VALUE_WITH_TOPIC).int64(at).int32(epoch).compactString(metadata).int64(committedAtMs);
  return writer.uvarint(1).uvarint(TOPIC_ID_TAG).uvarint(TOPIC_ID_BYTES).raw(bytesOfId(topicId)).take();
}

function decodeOffset(value: ByteReader): OffsetCommitValue {
  const version = value.int16();
  if (version !== OFFSET_VALUE && version !== OFFSET_VALUE_WITH_TOPIC)
    throw groupErrors.corruptRecord({ version, known: OFFSET_VALUE_WITH_TOPIC });
  const isFlexible = version === OFFSET_VALUE_WITH_TOPIC;
  const at = offset(value.int64());
  const epoch = leaderEpoch(value.int32());
  const metadata = isFlexible ? value.compactString() : value.string();
  const committedAtMs = timestampMs(value.int64());
  const common = { offset: at, leaderEpoch: epoch, metadata, committedAtMs };
  return isFlexible ? { ...common, topicId: decodeTopicId(value) } : common;
}

/** From the tagged fields; those that are not known are skipped. */
function decodeTopicId(value: ByteReader): TopicId | undefined {
  let topicId: TopicId | undefined;
  for (let left = value.uvarint(); left > 0; left--) {
    const tag = value.uvarint();
    const bytes = value.raw(value.uvarint());
    if (tag === TOPIC_ID_TAG && bytes.length === TOPIC_ID_BYTES) topicId = idOfBytes(bytes);
  }
  return topicId;
}

/** An id is 32 hexadecimal digits here, 16 bytes in the log. */
function bytesOfId(topicId: TopicId): Uint8Array {
  return Uint8Array.from({ length: TOPIC_ID_BYTES }, (_, index) => Number.parseInt(topicId.slice(index * 2, index * 2 + 2), 16));
}

function idOfBytes(bytes: Uint8Array): TopicId {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") as TopicId;
}

function encodeGroup(metadata: GroupMetadata): Uint8Array {
  const writer = new ByteWriter().int16(GROUP_VALUE).string(metadata.protocolType).int32(metadata.generation);
  writer.string(metadata.protocolName).string(metadata.leaderId).int64(metadata.stateSinceMs);
  return writer
    .array(metadata.members, (member) => {
      writer.string(member.memberId).string(member.instanceId).string(member.clientId).string(member.clientHost);
      writer.int32(member.rebalanceTimeoutMs).int32(member.sessionTimeoutMs).bytes(member.metadata).bytes(member.assignment);
    })
    .take();
}

function decodeGroup(value: ByteReader): GroupMetadata {
  requireVersion(value, GROUP_VALUE);
  return {
    protocolType: value.string(),
    generation: value.int32(),
    protocolName: value.nullableString(),
    leaderId: value.nullableString(),
    stateSinceMs: timestampMs(value.int64()),
    members: value.array(() => decodeMember(value)),
  };
}

function decodeMember(value: ByteReader): StoredMember {
  return {
    memberId: value.string(),
    instanceId: value.nullableString(),
    clientId: value.string(),
    clientHost: value.string(),
    rebalanceTimeoutMs: value.int32(),
    sessionTimeoutMs: value.int32(),
    metadata: value.bytes(),
    assignment: value.bytes(),
  };
}

function decodeEpoch(value: ByteReader): number {
  requireVersion(value, CONSUMER_GROUP_VALUE);
  return value.int32();
}

function requireVersion(value: ByteReader, version: number): void {
  const found = value.int16();
  if (found !== version) throw groupErrors.corruptRecord({ version: found, known: version });
}
