import {
  BackupService,
  bindService,
  type BoundService,
  BrokerService,
  ConsumerGroupService,
  JobService,
  PlacementService,
  type ServiceHandlers,
  TopicService,
  TransactionService,
} from "@millrace/contracts";
import { groupErrors } from "@millrace/groups";
import { getMetadata } from "./get-metadata.ts";
import type { RpcContext } from "./rpc-context.ts";

interface Handlers {
  readonly broker: ServiceHandlers<typeof BrokerService>;
  readonly groupService: ServiceHandlers<typeof ConsumerGroupService>;
  readonly transactions: ServiceHandlers<typeof TransactionService>;
  readonly topics: ServiceHandlers<typeof TopicService>;
  readonly placement: ServiceHandlers<typeof PlacementService>;
  readonly jobs: ServiceHandlers<typeof JobService>;
  readonly backup: ServiceHandlers<typeof BackupService>;
}

/**
 * The services of the external listener: what clients use, without what brokers say to each other. Whatever names a broker names it by the address that
 * is reached from outside; brokers pass calls on among themselves by their own.
 */
export function outsideServices(handlers: Handlers, context: RpcContext): readonly BoundService[] {
  const { broker, groupService, transactions, topics, placement, jobs, backup } = handlers;
  const { view } = context;
  const seenFromOutside = ({ brokerId }: { readonly brokerId: number }): { brokerId: number; address: string } => {
    const address = view.brokerAddress(brokerId);
    if (address === undefined) throw groupErrors.coordinatorNotAvailable({ broker: brokerId });
    return { brokerId, address };
  };
  return [
    bindService(BrokerService, { ...broker, getMetadata: (request) => Promise.resolve().then(() => getMetadata(request, context)) }),
    bindService(ConsumerGroupService, {
      ...groupService,
      findGroupCoordinator: async (request, call) => seenFromOutside(required(await groupService.findGroupCoordinator(request, call))),
    }),
    bindService(TransactionService, {
      ...transactions,
      findTransactionCoordinator: async (request, call) =>
        seenFromOutside(required(await transactions.findTransactionCoordinator(request, call))),
    }),
    bindService(TopicService, topics),
    bindService(PlacementService, placement),
    bindService(JobService, jobs),
    bindService(BackupService, backup),
  ];
}

function required({ brokerId }: { readonly brokerId?: number | undefined }): { readonly brokerId: number } {
  return { brokerId: brokerId ?? 0 }; // Absent in an initialiser means the default of its field.
}
