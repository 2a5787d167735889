import { type CallContext, type ServiceHandlers, TopicService } from "@millrace/contracts";
import { FORWARD_TIMEOUT_MS, TOPIC_VISIBLE_MS } from "../limits.ts";
import type { CoordinatorCalls } from "../session/coordinator-calls.ts";
import type { RpcContext } from "./rpc-context.ts";

/** Topic administration, asked of the active coordinator; answered when this broker has seen the change, so that the client's next call here finds it. */
export function topicHandlers(context: RpcContext, coordinator: CoordinatorCalls): ServiceHandlers<typeof TopicService> {
  const options = (call: CallContext) => ({ signal: call.signal, timeoutMs: Math.min(call.remainingMs(), FORWARD_TIMEOUT_MS) });
  return {
    createTopic: async (request, call) => {
      const response = await coordinator.call(TopicService, (service) => service.createTopic(request, options(call)));
      const topicId = response.topic?.topicId;
      if (!request.validateOnly && topicId !== undefined) await visible(context, () => isServed(request.name, topicId, context));
      return response;
    },
    deleteTopic: async (request, call) => {
      const before = context.view.topic(request.name)?.topicId;
      const response = await coordinator.call(TopicService, (service) => service.deleteTopic(request, options(call)));
      if (before !== undefined) await visible(context, () => context.view.topic(request.name)?.topicId !== before);
      return response;
    },
    createPartitions: async (request, call) => {
      const response = await coordinator.call(TopicService, (service) => service.createPartitions(request, options(call)));
      const { topicId = "", partitions = [] } = response.topic ?? {};
      const isGrown = () => (context.view.topic(request.name)?.partitions.length ?? 0) >= partitions.length;
      if (!request.validateOnly) await visible(context, () => isGrown() && isServed(request.name, topicId, context));
      return response;
    },
    alterTopicConfigs: async (request, call) => {
      const response = await coordinator.call(TopicService, (service) => service.alterTopicConfigs(request, options(call)));
      const configs = response.topic?.configs ?? {};
      if (!request.validateOnly) await visible(context, () => sameConfigs(context.view.topic(request.name)?.configs ?? {}, configs));
      return response;
    },
    listTopics: (request, call) => coordinator.call(TopicService, (service) => service.listTopics(request, options(call))),
    describeTopic: (request, call) => coordinator.call(TopicService, (service) => service.describeTopic(request, options(call))),
  };
}

/** The topic is known here, and the partitions that this broker leads are open. */
function isServed(name: string, topicId: string, { view, replicas, settings }: RpcContext): boolean {
  const topic = view.topic(name);
  if (topic?.topicId !== topicId) return false;
  return topic.partitions.every(({ partition, leader }) => leader !== settings.brokerId || replicas.isLeader(name, partition));
}

/** Waits, for a while, until metadata has arrived here. The change itself is done, so running out of time is no failure. */
export async function visible({ view, ports }: Pick<RpcContext, "view" | "ports">, isVisible: () => boolean): Promise<void> {
  const expired = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = ports.clock.setTimer(TOPIC_VISIBLE_MS, () => {
    expired.abort();
    resolve();
  });
  while (!isVisible() && !expired.signal.aborted) await Promise.race([view.changed(), promise]);
  timer.cancel();
}

function sameConfigs(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
