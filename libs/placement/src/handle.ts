import { assertNever } from "@millrace/stdx";
import { changeRoom, fenceBroker, prepareStop, registerBroker, registered, unfenceBroker } from "./brokers.ts";
import { addBroker, drainBroker } from "./drain.ts";
import { electByLogs } from "./elect-by-logs.ts";
import { electLeaders, preferLeaders } from "./elections.ts";
import type { ClusterEvent, ClusterResponse, Decision, PlacementContext } from "./events.ts";
import { errors } from "./errors.ts";
import { PRODUCER_ID_BLOCK } from "./limits.ts";
import { alterPartitions, raiseInternalTopics } from "./partitions.ts";
import { advanceReassignments, reassignPartitions } from "./reassignments.ts";
import { settlePartitions } from "./settle.ts";
import type { ClusterState } from "./state.ts";
import { alterTopicConfigs } from "./topic-configs.ts";
import { createPartitions, createTopic, deleteTopic, ensureInternalTopic } from "./topics.ts";

/** The response that each event gets. */
export interface ResponseOf {
  "register-broker": "broker";
  "broker-caught-up": "broker";
  "broker-lost": "none";
  "broker-stopping": "broker";
  "broker-room": "broker";
  "alter-partitions": "partitions";
  "prefer-leaders": "none";
  "raise-internal-topics": "none";
  "reassign-partitions": "outcomes";
  "advance-reassignments": "none";
  "elect-leaders": "outcomes";
  "elect-by-logs": "elected";
  "settle-partitions": "held";
  "drain-broker": "moves";
  "add-broker": "moves";
  "create-topic": "topic";
  "ensure-internal-topic": "topic";
  "delete-topic": "none";
  "alter-topic-configs": "topic";
  "create-partitions": "topic";
  "allocate-producer-ids": "producer-ids";
}

type DecisionOf<E extends ClusterEvent> = Decision<Extract<ClusterResponse, { kind: ResponseOf[E["kind"]] }>>;

/**
 * Decides an event: what must be stored, and what to answer once it is. Changes nothing itself; apply the changes with `applyChange` after
 * they are stored. Refusals are AppErrors.
 */
export function handle<E extends ClusterEvent>(state: ClusterState, event: E, context: PlacementContext): DecisionOf<E> {
  return decide(state, event, context) as DecisionOf<E>;
}

function decide(state: ClusterState, event: ClusterEvent, context: PlacementContext): Decision {
  switch (event.kind) {
    case "register-broker":
      return registerBroker(state, event, context);
    case "broker-caught-up":
      return unfenceBroker(state, { id: event.brokerId, epoch: event.brokerEpoch }, context);
    case "broker-lost":
      return fenceBroker(state, { id: event.brokerId, epoch: event.brokerEpoch }, context);
    case "broker-stopping":
      return prepareStop(state, { id: event.brokerId, epoch: event.brokerEpoch }, context);
    case "broker-room":
      return changeRoom(state, event, context);
    case "alter-partitions":
      return alterPartitions(state, event, context);
    case "prefer-leaders":
      return preferLeaders(state, context);
    case "raise-internal-topics":
      return raiseInternalTopics(state, context);
    case "reassign-partitions":
      return reassignPartitions(state, event, context);
    case "advance-reassignments":
      return advanceReassignments(state, context);
    case "elect-leaders":
      return electLeaders(state, event, context);
    case "elect-by-logs":
      return electByLogs(state, event, context);
    case "settle-partitions":
      return settlePartitions(state, event, context);
    case "drain-broker":
      return drainBroker(state, event.brokerId, context);
    case "add-broker":
      return addBroker(state, event.brokerId);
    case "create-topic":
      return createTopic(state, event, context);
    case "ensure-internal-topic":
      return ensureInternalTopic(state, event.name, context);
    case "delete-topic":
      return deleteTopic(state, event);
    case "alter-topic-configs":
      return alterTopicConfigs(state, event);
    case "create-partitions":
      return createPartitions(state, event);
    case "allocate-producer-ids": {
      registered(state, event.brokerId, event.brokerEpoch);
      const firstProducerId = state.producerIdNext;
      const { count = PRODUCER_ID_BLOCK } = event;
      if (count < 1 || !Number.isSafeInteger(firstProducerId + count)) throw errors.invalidProducerIdCount(count);
      return {
        changes: [{ kind: "producer-ids", producerIdNext: firstProducerId + count }],
        response: { kind: "producer-ids", firstProducerId, count },
      };
    }
    default:
      return assertNever(event, "cluster event");
  }
}
