import { ElectionKind, type ElectionPartition, errorToWire, type ServiceHandlers, type PlacementService } from "@millrace/contracts";
import { AppError, brokerId } from "@millrace/model";
import {
  type ClusterState,
  hasBegun,
  leaderless,
  type LeaderlessPartition,
  type PartitionOutcome,
  reassigning,
  REASSIGNMENTS_PER_REQUEST_MAX,
} from "@millrace/placement";
import type { Term } from "../term/term.ts";
import { describeBrokers } from "./describe-brokers.ts";

/** Moves of replicas, and elections that somebody asks for: thin handlers over the cluster controller of the current term. */
export function placementHandlers(term: () => Term): ServiceHandlers<typeof PlacementService> {
  return {
    async alterPartitionReassignments({ reassignments, keepReplicationFactor }) {
      assertCount(reassignments.length);
      const { outcomes } = await term().controller.execute({
        kind: "reassign-partitions",
        keepReplicationFactor,
        reassignments: reassignments.map(({ topic, partition, target }) => ({
          topic,
          partition,
          target: target?.brokerIds.map(asBrokerId),
        })),
      });
      return { outcomes: outcomes.map(outcomeToWire) };
    },
    listPartitionReassignments({ topics }) {
      const asked = new Set(topics);
      const found = [...reassigning(term().controller.state)].filter(([topic]) => asked.size === 0 || asked.has(topic.name));
      const reassignments = found.map(([{ name }, state]) => {
        const { original = [], target = [] } = state.reassignment ?? {};
        return {
          topic: name,
          partition: state.partition,
          replicas: [...target, ...state.replicas.filter((id) => !target.includes(id))],
          addingReplicas: target.filter((id) => !original.includes(id)),
          removingReplicas: state.replicas.filter((id) => !target.includes(id)),
          started: hasBegun(state),
        };
      });
      return Promise.resolve({ reassignments });
    },
    async electLeaders({ kind, partitions }) {
      assertCount(partitions.length);
      const { controller, leaderless: waiting } = term();
      const election = kind === ElectionKind.UNCLEAN ? "unclean" : "preferred";
      const asked = partitions.length === 0 ? undefined : partitions;
      const logs = election === "unclean" ? await waiting.logEnds(askedFor(controller.state, asked)) : [];
      const { outcomes } = await controller.execute({ kind: "elect-leaders", election, partitions: asked, logs });
      return { outcomes: outcomes.map(outcomeToWire) };
    },
    describeBrokers: () => Promise.resolve({ brokers: describeBrokers(term().controller.state) }),
    async drainBroker(request) {
      const { controller } = term();
      const event = { kind: "drain-broker" as const, brokerId: brokerId(request.brokerId) };
      const { partitions } = request.validateOnly ? controller.preview(event) : await controller.execute(event);
      return { partitionsMoved: partitions };
    },
    async addBroker(request) {
      const { controller } = term();
      const event = { kind: "add-broker" as const, brokerId: brokerId(request.brokerId) };
      const { partitions } = request.validateOnly ? controller.preview(event) : await controller.execute(event);
      return { partitionsMoved: partitions };
    },
  };
}

/** Partitions of which a leader is to be made of whoever is there. */
function askedFor(state: ClusterState, asked: readonly ElectionPartition[] | undefined): readonly LeaderlessPartition[] {
  return [...leaderless(state)].filter(
    ({ topic, state: { partition } }) => asked?.some((of) => of.topic === topic.name && of.partition === partition) ?? true,
  );
}

/** A broker id as somebody typed it: what is none is refused as not known. */
function asBrokerId(id: number): ReturnType<typeof brokerId> {
  return brokerId(Math.max(0, id));
}

function outcomeToWire({ topic, partition, error }: PartitionOutcome) {
  return { topic, partition, ...(error === undefined ? {} : { error: errorToWire(error) }) };
}

function assertCount(count: number): void {
  if (count <= REASSIGNMENTS_PER_REQUEST_MAX) return;
  throw new AppError({
    kind: "exhausted",
    code: "too-many-partitions",
    message: "too many partitions in one request: ask in portions",
    context: { partitions: count, max: REASSIGNMENTS_PER_REQUEST_MAX },
  });
}
