import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type CallContext,
  type ConsumerGroupService,
  type DescribeGroupsRequest,
  type GroupDescriptionSchema,
  errorToWire,
  type ServiceHandlers,
} from "@millrace/contracts";
import { groupErrors, type GroupResponse } from "@millrace/groups";
import { brokerErrors } from "../errors.ts";
import { accepted } from "../groups/accepted.ts";
import { freshUuid } from "../kafka/member-identity.ts";
import { GROUPS_PER_CALL_MAX, PARTITIONS_PER_REQUEST_MAX } from "../limits.ts";
import { commitOffsets, commitTransactionalOffsets } from "./commit-group-offsets.ts";
import { assignmentToWire, describedClassicGroup, describedConsumerGroup, errorField, heartbeatFields, textOf } from "./group-messages.ts";
import { clientHostOfCall, type GroupDependencies, GroupRouting } from "./group-routing.ts";
import type { RpcContext } from "./rpc-context.ts";

type Handlers = ServiceHandlers<typeof ConsumerGroupService>;

/** Consumer groups over gRPC: the coordinators are those of the Kafka listener, so both doors lead to the same groups. */
export function consumerGroupHandlers(context: RpcContext, of: GroupDependencies): Handlers {
  const routing = new GroupRouting(context, of);
  const { groups } = of;
  return {
    findGroupCoordinator: ({ groupId }) => routing.find(groupId),
    groupHeartbeat: (request, call) =>
      routing.at<Awaited<ReturnType<Handlers["groupHeartbeat"]>>>(request.groupId, call, {
        here: () => heartbeat(request, call, context, of),
        there: (service, options) => service.groupHeartbeat(request, options),
      }),
    commitOffsets: (request, call) =>
      routing.at<Awaited<ReturnType<Handlers["commitOffsets"]>>>(request.groupId, call, {
        here: () => commitOffsets(request, context, of),
        there: (service, options) => service.commitOffsets(request, options),
      }),
    commitTransactionalOffsets: (request, call) =>
      routing.at<Awaited<ReturnType<Handlers["commitTransactionalOffsets"]>>>(request.groupId, call, {
        here: () => commitTransactionalOffsets(request, context, of),
        there: (service, options) => service.commitTransactionalOffsets(request, options),
      }),
    fetchOffsets: (request, call) =>
      routing.at<Awaited<ReturnType<Handlers["fetchOffsets"]>>>(request.groupId, call, {
        here: () => fetchOffsets(request, of),
        there: (service, options) => service.fetchOffsets(request, options),
      }),
    async listGroups({ states, types }) {
      const answers = await groups.askAll({ kind: "listGroups", states, types });
      const listed = answers.flatMap((answer) => (answer.kind === "refused" ? [] : accepted(answer, "groupsListed").groups));
      return { groups: listed.map(({ group, ...rest }) => ({ groupId: group, ...rest })) };
    },
    describeGroups: async (request, call) => ({ groups: await describeEach(request, call, { routing, context, of }) }),
    async deleteGroups({ groupIds }, call) {
      requireFewGroups(groupIds);
      const deleteOne = (groupId: string) =>
        routing.at(groupId, call, {
          here: async () => {
            const answer = accepted(await groups.ask(groupId, { kind: "deleteGroups", groups: [groupId] }), "groupsDeleted");
            return { groupId, ...errorField(answer.groups[0]?.error) };
          },
          there: async (service, options) => (await service.deleteGroups({ groupIds: [groupId] }, options)).results[0] ?? { groupId },
        });
      const failed = (groupId: string) => (error: unknown) => ({ groupId, error: errorToWire(error) });
      return { results: await Promise.all(groupIds.map((groupId) => deleteOne(groupId).catch(failed(groupId)))) };
    },
    deleteOffsets: (request, call) =>
      routing.at<Awaited<ReturnType<Handlers["deleteOffsets"]>>>(request.groupId, call, {
        here: async () => {
          requireFewPartitions(request.partitions);
          const partitions = request.partitions.map(({ topic, partition }) => ({ topic, partition }));
          const ask = { kind: "deleteOffsets" as const, group: request.groupId, partitions };
          const answer = accepted(await groups.ask(request.groupId, ask), "offsetsDeleted");
          return { results: answer.partitions.map(({ topic, partition, error }) => ({ topic, partition, ...errorField(error) })) };
        },
        there: (service, options) => service.deleteOffsets(request, options),
      }),
  };
}

async function heartbeat(
  request: Parameters<Handlers["groupHeartbeat"]>[0],
  call: CallContext,
  { ports }: RpcContext,
  { groups }: GroupDependencies,
) {
  const group = request.groupId;
  const fields = { ...heartbeatFields(request), freshId: freshUuid(ports.random), clientHost: clientHostOfCall(call) };
  const said = await groups.ask(group, { kind: "consumerHeartbeat", group, ...fields });
  // Kafka has one code for a group that is not there and for one of the other protocol; people need to know which.
  if (said.kind === "refused" && said.error.context["type"] === "classic") throw brokerErrors.classicGroup({ group });
  const answer = accepted(said, "consumerHeartbeat");
  const { memberId, memberEpoch, heartbeatIntervalMs, assignment } = answer;
  const told = assignment === undefined ? {} : { assignment: assignmentToWire(assignment) };
  return { memberId, memberEpoch, heartbeatIntervalMs, ...told };
}

async function fetchOffsets(request: Parameters<Handlers["fetchOffsets"]>[0], { groups }: GroupDependencies) {
  requireFewPartitions(request.partitions);
  const { groupId, requireStable, memberId, memberEpoch } = request;
  const partitions = request.partitions.map(({ topic, partition }) => ({ topic, partition }));
  const answer = await groups.ask(groupId, {
    kind: "fetchOffsets",
    group: groupId,
    partitions: partitions.length === 0 ? undefined : partitions,
    requireStable,
    member: textOf(memberId) === undefined || memberEpoch === undefined ? undefined : { memberId, epoch: memberEpoch },
  });
  return {
    offsets: accepted(answer, "offsetsFetched").partitions.map(({ topic, partition, offset, leaderEpoch, metadata, error }) => ({
      topic,
      partition,
      offset: BigInt(offset),
      leaderEpoch,
      metadata,
      ...errorField(error),
    })),
  };
}

type DescriptionInit = MessageInitShape<typeof GroupDescriptionSchema>;

interface Describing {
  readonly routing: GroupRouting;
  readonly context: RpcContext;
  readonly of: GroupDependencies;
}

function describeEach({ groupIds }: DescribeGroupsRequest, call: CallContext, { routing, context, of }: Describing) {
  requireFewGroups(groupIds);
  const { brokerId } = context.settings;
  const describeOne = (groupId: string) =>
    routing.at<DescriptionInit>(groupId, call, {
      here: async () => ({ ...(await describeHere(groupId, of)), coordinatorBrokerId: brokerId }),
      there: async (service, options) => (await service.describeGroups({ groupIds: [groupId] }, options)).groups[0] ?? { groupId },
    });
  return Promise.all(groupIds.map((groupId) => describeOne(groupId).catch((error: unknown) => ({ groupId, error: errorToWire(error) }))));
}

/** A group is of the one protocol or of the other; one that has offsets only counts as classic, as in Kafka. */
async function describeHere(groupId: string, { groups }: GroupDependencies) {
  const ask = (kind: "describeConsumerGroups" | "describeGroups"): Promise<GroupResponse> =>
    groups.ask(groupId, { kind, groups: [groupId] });
  const [consumer] = accepted(await ask("describeConsumerGroups"), "consumerGroupsDescribed").groups;
  if (consumer !== undefined && consumer.error === undefined) return describedConsumerGroup(consumer);
  const [classic] = accepted(await ask("describeGroups"), "groupsDescribed").groups;
  if (classic === undefined || classic.error !== undefined) throw classic?.error ?? groupErrors.unknownGroup({ group: groupId });
  return describedClassicGroup(classic);
}

function requireFewGroups(groupIds: readonly string[]): void {
  if (groupIds.length > GROUPS_PER_CALL_MAX)
    throw brokerErrors.invalidRequest("too many groups in one request: ask in parts", {
      groups: groupIds.length,
      max: GROUPS_PER_CALL_MAX,
    });
}

function requireFewPartitions(partitions: readonly unknown[]): void {
  if (partitions.length > PARTITIONS_PER_REQUEST_MAX)
    throw brokerErrors.invalidRequest("too many partitions in one request", { partitions: partitions.length });
}
