import {
  ConfigChange_Operation,
  type ConfigChange as WireConfigChange,
  type ReplicaList,
  type ServiceHandlers,
  type TopicService,
} from "@millrace/contracts";
import { brokerId, type TopicId } from "@millrace/model";
import {
  type AlterTopicConfigs,
  type ConfigChange,
  type CreatePartitions,
  type CreateTopic,
  placementErrors,
  type ReplicaAssignments,
  topicByName,
} from "@millrace/placement";
import { topicToWire } from "../cluster/wire.ts";
import { errors } from "../errors.ts";
import type { Term } from "../term/term.ts";

/** Topics: thin handlers over the cluster controller of the current term. */
export function topicHandlers(term: () => Term, settings: { replicationFactorMax: number }): ServiceHandlers<typeof TopicService> {
  return {
    async createTopic(request) {
      const { controller } = term();
      const { name, partitions, replicationFactor, configs, ifNotExists } = request;
      const given = givenReplicas(request.assignments);
      const replicas = Math.max(replicationFactor, ...(given.assignments ?? []).map((brokers) => brokers.length));
      if (replicas > settings.replicationFactorMax) throw errors.replicationUnsupported(replicas, settings.replicationFactorMax);
      const event: CreateTopic = { kind: "create-topic", name, partitions, replicationFactor, configs, ifNotExists, ...given };
      const { topic } = request.validateOnly ? controller.preview(event) : await controller.execute(event);
      return { topic: topicToWire(topic) };
    },
    async deleteTopic(request) {
      const topicId = request.topicId === "" ? undefined : (request.topicId as TopicId);
      await term().controller.execute({ kind: "delete-topic", name: request.name, topicId });
      return {};
    },
    async createPartitions({ name, totalCount, validateOnly, assignments }) {
      const { controller } = term();
      const event: CreatePartitions = { kind: "create-partitions", name, totalCount, ...givenReplicas(assignments) };
      const { topic } = validateOnly ? controller.preview(event) : await controller.execute(event);
      return { topic: topicToWire(topic) };
    },
    async alterTopicConfigs({ name, changes, replaceAll, validateOnly }) {
      const { controller } = term();
      const event: AlterTopicConfigs = { kind: "alter-topic-configs", name, changes: changes.map(configChangeFromWire), replaceAll };
      const { topic } = validateOnly ? controller.preview(event) : await controller.execute(event);
      return { topic: topicToWire(topic) };
    },
    async listTopics(request) {
      const topics = [...term().controller.state.topics.values()].filter((topic) => request.includeInternal || !topic.internal);
      return Promise.resolve({ topics: topics.sort((a, b) => (a.name < b.name ? -1 : 1)).map(topicToWire) });
    },
    async describeTopic(request) {
      const topic = topicByName(term().controller.state, request.name);
      if (topic === undefined) throw placementErrors.unknownTopic(request.name);
      return Promise.resolve({ topic: topicToWire(topic) });
    },
  };
}

function givenReplicas(wire: readonly ReplicaList[]): { readonly assignments?: ReplicaAssignments } {
  return wire.length === 0 ? {} : { assignments: wire.map(({ brokerIds }) => brokerIds.map((id) => brokerId(id))) };
}

const OPERATIONS: Readonly<Record<ConfigChange_Operation, ConfigChange["operation"] | undefined>> = {
  [ConfigChange_Operation.UNSPECIFIED]: undefined,
  [ConfigChange_Operation.SET]: "set",
  [ConfigChange_Operation.DELETE]: "delete",
  [ConfigChange_Operation.APPEND]: "append",
  [ConfigChange_Operation.SUBTRACT]: "subtract",
};

function configChangeFromWire({ name, operation, value }: WireConfigChange): ConfigChange {
  const known = OPERATIONS[operation];
  if (known === undefined) throw placementErrors.unknownConfigOperation(name, operation);
  return { name, operation: known, value };
}
