import { groupErrors } from "@millrace/groups";
import { describeGroupsApi, type DescribeGroupsResponseGroupInit } from "@millrace/kafka-wire";
import { answerCodeOf, expectKind, groupCodeOf } from "./group-answers.ts";
import type { KafkaContext } from "./kafka-context.ts";
import { serve } from "./served-api.ts";

/** DescribeGroups v0-6: v3 authorized operations (not known here); v4 instance ids; v6 message, and 69 for an unknown group, which before is Dead without an error. */
export const describeGroups = serve(describeGroupsApi, async (request, { version }, context) => ({
  groups: await Promise.all(request.groups.map((group) => describe(group, version, context))),
}));

async function describe(groupId: string, version: number, { groups }: KafkaContext): Promise<DescribeGroupsResponseGroupInit> {
  const response = await groups.ask(groupId, { kind: "describeGroups", groups: [groupId] });
  const nothing = { groupId, groupState: "Dead", protocolType: "", protocolData: "", members: [] };
  if (response.kind === "refused") return { ...nothing, errorCode: answerCodeOf(response) };
  const [found] = expectKind(response, "groupsDescribed").groups;
  if (found === undefined || found.error !== undefined) {
    const error = found?.error ?? groupErrors.unknownGroup({ group: groupId });
    return version >= 6 ? { ...nothing, errorCode: groupCodeOf(error), errorMessage: error.message } : { ...nothing, errorCode: 0 };
  }
  return {
    errorCode: 0,
    groupId,
    groupState: found.state,
    protocolType: found.protocolType,
    protocolData: found.protocolName,
    members: found.members.map(({ memberId, instanceId = null, clientId, clientHost, metadata, assignment }) => ({
      memberId,
      groupInstanceId: instanceId,
      clientId,
      clientHost,
      memberMetadata: metadata,
      memberAssignment: assignment,
    })),
  };
}
