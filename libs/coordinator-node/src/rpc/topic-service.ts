import type { ServiceHandlers, TopicService } from "@millrace/contracts";
import { type CreateTopic, placementErrors, topicByName } from "@millrace/placement";
import { topicToWire } from "../cluster/wire.ts";
import { errors } from "../errors.ts";
import type { Term } from "../term/term.ts";

/** Topics: thin handlers over the cluster controller of the current term. */
export function topicHandlers(term: () => Term, settings: { replicationFactorMax: number }): ServiceHandlers<typeof TopicService> {
  return {
    async createTopic(request) {
      const { controller } = term();
      const { name, partitions, replicationFactor, configs, ifNotExists } = request;
      if (replicationFactor > settings.replicationFactorMax)
        throw errors.replicationUnsupported(replicationFactor, settings.replicationFactorMax);
      const event: CreateTopic = { kind: "create-topic", name, partitions, replicationFactor, configs, ifNotExists };
      const { topic } = request.validateOnly ? controller.preview(event) : await controller.execute(event);
      return { topic: topicToWire(topic) };
    },
    async deleteTopic(request) {
      await term().controller.execute({ kind: "delete-topic", name: request.name });
      return {};
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
