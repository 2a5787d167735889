import type { AppError } from "@millrace/model";
import { kafkaCodeOfGroupError } from "../src/errors.ts";
import { decodeGroupRecord, type EncodedRecord } from "../src/record-codec.ts";
import type { Assignment } from "../src/consumer/records.ts";
import type { GroupResponse } from "../src/response.ts";
import type { GroupRecord } from "../src/store.ts";

/** A response as a transcript writes it. */
export function describeResponse(response: GroupResponse): string {
  switch (response.kind) {
    case "refused":
      return [code(response.error), response.memberId].filter((part) => part !== undefined).join(" ");
    case "done":
      return "ok";
    case "joined": {
      const members = response.members.length === 0 ? "" : ` [${response.members.map(({ memberId }) => memberId).join(" ")}]`;
      return `joined ${response.generation} ${response.protocolName} leader ${response.leaderId}${members}${response.skipAssignment ? " skip" : ""}`;
    }
    case "synced":
      return `synced ${text(response.assignment)}`;
    case "left":
      return `left ${response.members.map(({ memberId, instanceId, error }) => `${instanceId ?? memberId} ${code(error)}`).join(" ")}`;
    case "offsetsCommitted":
    case "offsetsDeleted":
      return response.partitions.map(({ topic, partition, error }) => `${topic}-${partition} ${code(error)}`).join(" ");
    case "offsetsFetched":
      return response.partitions
        .map(({ topic, partition, offset, metadata, error }) => {
          return `${topic}-${partition} ${error === undefined ? String(offset) : code(error)}${metadata === "" ? "" : `/${metadata}`}`;
        })
        .join(" ");
    case "groupsDeleted":
      return response.groups.map(({ group, error }) => `${group} ${code(error)}`).join(" ");
    case "groupsDescribed":
      return response.groups
        .map(({ group, state, protocolType, protocolName, members, error }) => {
          const parts = [
            group,
            state,
            protocolType,
            protocolName,
            ...members.map(({ memberId, assignment }) => `${memberId}:${text(assignment)}`),
          ];
          return [...parts.filter((part) => part !== ""), ...(error === undefined ? [] : [code(error)])].join(" ");
        })
        .join(" ");
    case "groupsListed":
      return response.groups.map(({ group, state, type }) => `${group}:${state}:${type}`).join(" ");
    case "consumerHeartbeat":
      return `epoch ${response.memberEpoch}${response.assignment === undefined ? "" : ` has ${assigned(response.assignment)}`}`;
    case "consumerGroupsDescribed":
      return response.groups
        .map(({ group, state, groupEpoch, members, error }) => {
          if (error !== undefined) return `${group} ${code(error)}`;
          return [
            `${group} ${state} ${groupEpoch}`,
            ...members.map((each) => `${each.memberId}@${each.memberEpoch} ${assigned(each.assigned)}>${assigned(each.target)}`),
          ].join("; ");
        })
        .join(" ");
  }
}

/** A record of the log as a transcript writes it. */
export function describeRecord(encoded: EncodedRecord): string {
  const record = decodeGroupRecord(encoded);
  return record === undefined ? "?" : describe(record);
}

export function assigned(assignment: Assignment): string {
  const parts = [...assignment]
    .filter(([, partitions]) => partitions.length > 0)
    .map(([topic, partitions]) => `${topic}:${partitions.join(".")}`);
  return parts.length === 0 ? "·" : parts.join(",");
}

function describe(record: GroupRecord): string {
  switch (record.kind) {
    case "group": {
      if (record.metadata === undefined) return `-${record.group}`;
      const { generation, members } = record.metadata;
      return `${record.group}@${generation}[${members.map(({ memberId, assignment }) => `${memberId}:${text(assignment)}`).join(" ")}]`;
    }
    case "offset":
      return record.value === undefined
        ? `-${record.topic}-${record.partition}`
        : `${record.topic}-${record.partition}=${record.value.offset}`;
    case "consumerGroup":
      return record.epoch === undefined ? `-${record.group}` : `${record.group}@${record.epoch}`;
    case "consumerMember": {
      if (record.member === undefined) return `-${record.memberId}`;
      const { epoch, state, assigned: has, revoking } = record.member;
      return `${record.memberId}@${epoch}:${state.replace("_PARTITIONS", "")}:${assigned(has)}${assigned(revoking) === "·" ? "" : `-${assigned(revoking)}`}`;
    }
  }
}

function code(error: AppError | undefined): string {
  return error === undefined ? "ok" : String(kafkaCodeOfGroupError(error) ?? error.code);
}

function text(value: Uint8Array): string {
  return value.length === 0 ? "·" : new TextDecoder().decode(value);
}
