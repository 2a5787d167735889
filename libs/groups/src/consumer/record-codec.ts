import { type ByteReader, ByteWriter } from "../bytes.ts";
import { groupErrors } from "../errors.ts";
import type { Assignment, ConsumerMemberState, StoredConsumerMember } from "./records.ts";

/** Keys of our own, far above Kafka's: what Kafka keeps in six kinds of records stands in two here. */
export const CONSUMER_GROUP_KEY = 1_000;
export const CONSUMER_MEMBER_KEY = 1_001;

const MEMBER_VALUE = 0;
const STATES: readonly ConsumerMemberState[] = ["STABLE", "UNREVOKED_PARTITIONS", "UNRELEASED_PARTITIONS"];

export function writeConsumerMember(member: StoredConsumerMember): Uint8Array {
  const writer = new ByteWriter()
    .int16(MEMBER_VALUE)
    .string(member.instanceId)
    .string(member.rackId)
    .string(member.clientId)
    .string(member.clientHost);
  writer.int32(member.rebalanceTimeoutMs).array(member.topics, (topic) => writer.string(topic));
  writer
    .string(member.topicRegex)
    .string(member.assignor)
    .int16(STATES.indexOf(member.state))
    .int32(member.epoch)
    .int32(member.previousEpoch);
  for (const assignment of [member.assigned, member.revoking, member.target]) writeAssignment(writer, assignment);
  return writer.take();
}

export function readConsumerMember(memberId: string, reader: ByteReader): StoredConsumerMember {
  const version = reader.int16();
  if (version !== MEMBER_VALUE) throw groupErrors.corruptRecord({ version, known: MEMBER_VALUE });
  return {
    memberId,
    instanceId: reader.nullableString(),
    rackId: reader.nullableString(),
    clientId: reader.string(),
    clientHost: reader.string(),
    rebalanceTimeoutMs: reader.int32(),
    topics: reader.array(() => reader.string()),
    topicRegex: reader.nullableString(),
    assignor: reader.nullableString(),
    state: stateOf(reader.int16()),
    epoch: reader.int32(),
    previousEpoch: reader.int32(),
    assigned: readAssignment(reader),
    revoking: readAssignment(reader),
    target: readAssignment(reader),
  };
}

function writeAssignment(writer: ByteWriter, assignment: Assignment): void {
  writer.array([...assignment], ([topic, partitions]) => {
    writer.string(topic).array(partitions, (partition) => writer.int32(partition));
  });
}

function readAssignment(reader: ByteReader): Assignment {
  return new Map(reader.array(() => [reader.string(), reader.array(() => reader.int32())] as const));
}

function stateOf(index: number): ConsumerMemberState {
  const state = STATES[index];
  if (state === undefined) throw groupErrors.corruptRecord({ state: index });
  return state;
}
