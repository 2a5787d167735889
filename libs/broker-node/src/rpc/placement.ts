import {
  type AddBrokerRequest,
  type AlterPartitionReassignmentsRequest,
  type CallContext,
  type DescribeBrokersRequest,
  type DrainBrokerRequest,
  type ElectLeadersRequest,
  type ListPartitionReassignmentsRequest,
  PlacementService,
  type ServiceClient,
  type ServiceHandlers,
} from "@millrace/contracts";
import { FORWARD_TIMEOUT_MS } from "../limits.ts";
import type { CoordinatorCalls } from "../session/coordinator-calls.ts";

interface Options {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Moves of replicas and elections, asked of the active coordinator: any broker answers for the cluster. */
export function placementHandlers(coordinator: CoordinatorCalls) {
  const ask = <T>(
    call: CallContext,
    run: (service: ServiceClient<typeof PlacementService>, options: Options) => Promise<T>,
  ): Promise<T> => {
    const options = { signal: call.signal, timeoutMs: Math.min(call.remainingMs(), FORWARD_TIMEOUT_MS) };
    return coordinator.call(PlacementService, (service) => run(service, options));
  };
  const handlers = {
    alterPartitionReassignments: (request: AlterPartitionReassignmentsRequest, call: CallContext) =>
      ask(call, (service, options) => service.alterPartitionReassignments(request, options)),
    listPartitionReassignments: (request: ListPartitionReassignmentsRequest, call: CallContext) =>
      ask(call, (service, options) => service.listPartitionReassignments(request, options)),
    electLeaders: (request: ElectLeadersRequest, call: CallContext) =>
      ask(call, (service, options) => service.electLeaders(request, options)),
    describeBrokers: (request: DescribeBrokersRequest, call: CallContext) =>
      ask(call, (service, options) => service.describeBrokers(request, options)),
    drainBroker: (request: DrainBrokerRequest, call: CallContext) => ask(call, (service, options) => service.drainBroker(request, options)),
    addBroker: (request: AddBrokerRequest, call: CallContext) => ask(call, (service, options) => service.addBroker(request, options)),
  };
  return handlers satisfies ServiceHandlers<typeof PlacementService>;
}

/** With whole answers, for Kafka's handlers. */
export type PlacementHandlers = ReturnType<typeof placementHandlers>;
