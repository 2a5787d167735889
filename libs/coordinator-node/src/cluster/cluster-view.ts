import { brokerId } from "@millrace/model";
import { liveBrokers, topicByName } from "@millrace/placement";
import type { ClusterView } from "../jobs-port.ts";
import type { ClusterController } from "./cluster-controller.ts";

/** The cluster as the jobs part sees it. */
export function createClusterView(controller: ClusterController): ClusterView {
  const { state } = controller;
  return {
    topic: (name) => topicByName(state, name),
    brokerAddress(id) {
      const broker = state.brokers.get(brokerId(id));
      return broker === undefined || broker.status === "fenced" ? undefined : broker.address;
    },
    brokerAddresses() {
      // Just after a take-over all may be fenced for a moment; whoever is told of none could not begin.
      const live = liveBrokers(state);
      return (live.length > 0 ? live : [...state.brokers.values()]).map((broker) => broker.address);
    },
    ensureInternalTopic: async (name) =>
      topicByName(state, name) ?? (await controller.execute({ kind: "ensure-internal-topic", name })).topic,
    onChange: (listener) =>
      controller.onChange(() => {
        listener();
      }),
  };
}
