import { joinGroupApi, type JoinGroupResponseInit } from "@millrace/kafka-wire";
import { answerCodeOf, expectKind } from "./group-answers.ts";
import { clientHostOf, freshUuid } from "./member-identity.ts";
import { serve } from "./served-api.ts";

/**
 * JoinGroup v0-9: v1 rebalance timeout (v0: the session's); v4 member id required (79); v5 static members; v7 protocol type in the answer; v8 reason (ignored);
 * v9 skip assignment. Answered when the generation begins.
 */
export const joinGroup = serve(
  joinGroupApi,
  async (request, { version, clientId, connection }, { groups, ports }): Promise<JoinGroupResponseInit> => {
    const { groupId, sessionTimeoutMs, memberId, protocolType, protocols } = request;
    const response = await groups.ask(groupId, {
      kind: "join",
      group: groupId,
      memberId,
      instanceId: request.groupInstanceId ?? undefined,
      clientId: clientId ?? "",
      clientHost: clientHostOf(connection.peer),
      sessionTimeoutMs,
      rebalanceTimeoutMs: version >= 1 && request.rebalanceTimeoutMs >= 0 ? request.rebalanceTimeoutMs : sessionTimeoutMs,
      protocolType,
      // Views of the frame would keep all of it in memory for as long as the member lives.
      protocols: protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() })),
      requiresKnownMemberId: version >= 4,
      supportsSkipAssignment: version >= 9,
      freshId: freshUuid(ports.random),
    });
    if (response.kind === "refused") {
      const given = response.memberId ?? memberId;
      return {
        errorCode: answerCodeOf(response),
        generationId: -1,
        protocolType: null,
        protocolName: version >= 7 ? null : "",
        leader: "",
        memberId: given,
        members: [],
      };
    }
    const joined = expectKind(response, "joined");
    return {
      errorCode: 0,
      generationId: joined.generation,
      protocolType: joined.protocolType,
      protocolName: joined.protocolName,
      leader: joined.leaderId,
      skipAssignment: joined.skipAssignment,
      memberId: joined.memberId,
      members: joined.members.map(({ memberId: id, instanceId = null, metadata }) => ({
        memberId: id,
        groupInstanceId: instanceId,
        metadata,
      })),
    };
  },
);
