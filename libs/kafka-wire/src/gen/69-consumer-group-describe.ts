// Generated from proto/kafka by tools/kafka-codegen: do not edit. npm run gen writes it again.

import type { ApiCodec } from "../api-codec.ts";
import { decodeArray, decodeCompactString, decodeInt32, encodeArray, encodeCompactString, encodeInt32 } from "../arrays.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/** Body of a ConsumerGroupDescribeRequest. */
export interface ConsumerGroupDescribeRequest {
  readonly groupIds: readonly string[];
  readonly includeAuthorizedOperations: boolean;
}

/** Reads the body of a ConsumerGroupDescribeRequest; the version must be one that the API has. */
export function decodeConsumerGroupDescribeRequest(reader: WireReader, version: number): ConsumerGroupDescribeRequest {
  reader.what = `ConsumerGroupDescribeRequest v${version}`;
  const groupIds = decodeArray(reader, true, version, decodeCompactString);
  const includeAuthorizedOperations = reader.readBool();
  reader.skipTags();
  return { groupIds, includeAuthorizedOperations };
}

/** Writes the body of a ConsumerGroupDescribeRequest; the version must be one that the API has. */
export function encodeConsumerGroupDescribeRequest(writer: WireWriter, value: ConsumerGroupDescribeRequest, version: number): void {
  encodeArray(writer, value.groupIds, true, version, encodeCompactString);
  writer.writeBool(value.includeAuthorizedOperations);
  writer.writeUvarint(0);
}

/** Body of a ConsumerGroupDescribeResponse. */
export interface ConsumerGroupDescribeResponse {
  readonly throttleTimeMs: number;
  readonly groups: readonly ConsumerGroupDescribeResponseDescribedGroup[];
}

/** ConsumerGroupDescribeResponse to encode: what has a default may be missing. */
export interface ConsumerGroupDescribeResponseInit {
  readonly throttleTimeMs?: number | undefined;
  readonly groups: readonly ConsumerGroupDescribeResponseDescribedGroupInit[];
}

/** Part of ConsumerGroupDescribeResponse. */
export interface ConsumerGroupDescribeResponseTopicPartition {
  readonly topicId: string;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

/** Part of ConsumerGroupDescribeResponse. */
export interface ConsumerGroupDescribeResponseAssignment {
  readonly topicPartitions: readonly ConsumerGroupDescribeResponseTopicPartition[];
}

/** Part of ConsumerGroupDescribeResponse. */
export interface ConsumerGroupDescribeResponseMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly subscribedTopicRegex: string | null;
  readonly assignment: ConsumerGroupDescribeResponseAssignment;
  readonly targetAssignment: ConsumerGroupDescribeResponseAssignment;
  /** v1+ */
  readonly memberType: number;
}

/** ConsumerGroupDescribeResponseMember to encode: what has a default may be missing. */
export interface ConsumerGroupDescribeResponseMemberInit {
  readonly memberId: string;
  readonly instanceId?: string | null | undefined;
  readonly rackId?: string | null | undefined;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly subscribedTopicNames: readonly string[];
  readonly subscribedTopicRegex?: string | null | undefined;
  readonly assignment: ConsumerGroupDescribeResponseAssignment;
  readonly targetAssignment: ConsumerGroupDescribeResponseAssignment;
  readonly memberType?: number | undefined;
}

/** Part of ConsumerGroupDescribeResponse. */
export interface ConsumerGroupDescribeResponseDescribedGroup {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly groupId: string;
  readonly groupState: string;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly ConsumerGroupDescribeResponseMember[];
  readonly authorizedOperations: number;
}

/** ConsumerGroupDescribeResponseDescribedGroup to encode: what has a default may be missing. */
export interface ConsumerGroupDescribeResponseDescribedGroupInit {
  readonly errorCode: number;
  readonly errorMessage?: string | null | undefined;
  readonly groupId: string;
  readonly groupState: string;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly assignorName: string;
  readonly members: readonly ConsumerGroupDescribeResponseMemberInit[];
  readonly authorizedOperations?: number | undefined;
}

/** Reads the body of a ConsumerGroupDescribeResponse; the version must be one that the API has. */
export function decodeConsumerGroupDescribeResponse(reader: WireReader, version: number): ConsumerGroupDescribeResponse {
  reader.what = `ConsumerGroupDescribeResponse v${version}`;
  const throttleTimeMs = reader.readInt32();
  const groups = decodeArray(reader, true, version, decodeConsumerGroupDescribeResponseDescribedGroup);
  reader.skipTags();
  return { throttleTimeMs, groups };
}

/** Writes the body of a ConsumerGroupDescribeResponse; the version must be one that the API has. */
export function encodeConsumerGroupDescribeResponse(writer: WireWriter, value: ConsumerGroupDescribeResponseInit, version: number): void {
  writer.writeInt32(value.throttleTimeMs ?? 0);
  encodeArray(writer, value.groups, true, version, encodeConsumerGroupDescribeResponseDescribedGroup);
  writer.writeUvarint(0);
}

function decodeConsumerGroupDescribeResponseTopicPartition(
  reader: WireReader,
  version: number,
): ConsumerGroupDescribeResponseTopicPartition {
  const topicId = reader.readUuid();
  const topicName = reader.readString(true);
  const partitions = decodeArray(reader, true, version, decodeInt32);
  reader.skipTags();
  return { topicId, topicName, partitions };
}

function encodeConsumerGroupDescribeResponseTopicPartition(
  writer: WireWriter,
  value: ConsumerGroupDescribeResponseTopicPartition,
  version: number,
): void {
  writer.writeUuid(value.topicId);
  writer.writeString(value.topicName, true);
  encodeArray(writer, value.partitions, true, version, encodeInt32);
  writer.writeUvarint(0);
}

function decodeConsumerGroupDescribeResponseAssignment(reader: WireReader, version: number): ConsumerGroupDescribeResponseAssignment {
  const topicPartitions = decodeArray(reader, true, version, decodeConsumerGroupDescribeResponseTopicPartition);
  reader.skipTags();
  return { topicPartitions };
}

function encodeConsumerGroupDescribeResponseAssignment(
  writer: WireWriter,
  value: ConsumerGroupDescribeResponseAssignment,
  version: number,
): void {
  encodeArray(writer, value.topicPartitions, true, version, encodeConsumerGroupDescribeResponseTopicPartition);
  writer.writeUvarint(0);
}

function decodeConsumerGroupDescribeResponseMember(reader: WireReader, version: number): ConsumerGroupDescribeResponseMember {
  const memberId = reader.readString(true);
  const instanceId = reader.readNullableString(true);
  const rackId = reader.readNullableString(true);
  const memberEpoch = reader.readInt32();
  const clientId = reader.readString(true);
  const clientHost = reader.readString(true);
  const subscribedTopicNames = decodeArray(reader, true, version, decodeCompactString);
  const subscribedTopicRegex = reader.readNullableString(true);
  const assignment = decodeConsumerGroupDescribeResponseAssignment(reader, version);
  const targetAssignment = decodeConsumerGroupDescribeResponseAssignment(reader, version);
  const memberType = version >= 1 ? reader.readInt8() : -1;
  reader.skipTags();
  return {
    memberId,
    instanceId,
    rackId,
    memberEpoch,
    clientId,
    clientHost,
    subscribedTopicNames,
    subscribedTopicRegex,
    assignment,
    targetAssignment,
    memberType,
  };
}

function encodeConsumerGroupDescribeResponseMember(
  writer: WireWriter,
  value: ConsumerGroupDescribeResponseMemberInit,
  version: number,
): void {
  writer.writeString(value.memberId, true);
  writer.writeNullableString(value.instanceId ?? null, true);
  writer.writeNullableString(value.rackId ?? null, true);
  writer.writeInt32(value.memberEpoch);
  writer.writeString(value.clientId, true);
  writer.writeString(value.clientHost, true);
  encodeArray(writer, value.subscribedTopicNames, true, version, encodeCompactString);
  writer.writeNullableString(value.subscribedTopicRegex ?? null, true);
  encodeConsumerGroupDescribeResponseAssignment(writer, value.assignment, version);
  encodeConsumerGroupDescribeResponseAssignment(writer, value.targetAssignment, version);
  if (version >= 1) writer.writeInt8(value.memberType ?? -1);
  writer.writeUvarint(0);
}

function decodeConsumerGroupDescribeResponseDescribedGroup(
  reader: WireReader,
  version: number,
): ConsumerGroupDescribeResponseDescribedGroup {
  const errorCode = reader.readInt16();
  const errorMessage = reader.readNullableString(true);
  const groupId = reader.readString(true);
  const groupState = reader.readString(true);
  const groupEpoch = reader.readInt32();
  const assignmentEpoch = reader.readInt32();
  const assignorName = reader.readString(true);
  const members = decodeArray(reader, true, version, decodeConsumerGroupDescribeResponseMember);
  const authorizedOperations = reader.readInt32();
  reader.skipTags();
  return { errorCode, errorMessage, groupId, groupState, groupEpoch, assignmentEpoch, assignorName, members, authorizedOperations };
}

function encodeConsumerGroupDescribeResponseDescribedGroup(
  writer: WireWriter,
  value: ConsumerGroupDescribeResponseDescribedGroupInit,
  version: number,
): void {
  writer.writeInt16(value.errorCode);
  writer.writeNullableString(value.errorMessage ?? null, true);
  writer.writeString(value.groupId, true);
  writer.writeString(value.groupState, true);
  writer.writeInt32(value.groupEpoch);
  writer.writeInt32(value.assignmentEpoch);
  writer.writeString(value.assignorName, true);
  encodeArray(writer, value.members, true, version, encodeConsumerGroupDescribeResponseMember);
  writer.writeInt32(value.authorizedOperations ?? -2147483648);
  writer.writeUvarint(0);
}

/** State and members of KIP-848 groups. v1 member type. */
export const consumerGroupDescribeApi: ApiCodec<
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeRequest,
  ConsumerGroupDescribeResponse,
  ConsumerGroupDescribeResponseInit
> = {
  key: 69,
  name: "ConsumerGroupDescribe",
  versionMin: 0,
  versionMax: 1,
  advertisedMin: 0,
  flexibleMin: 0,
  decodeRequest: decodeConsumerGroupDescribeRequest,
  encodeRequest: encodeConsumerGroupDescribeRequest,
  decodeResponse: decodeConsumerGroupDescribeResponse,
  encodeResponse: encodeConsumerGroupDescribeResponse,
};
