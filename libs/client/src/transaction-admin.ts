import { type TransactionDescription, TransactionService } from "@millrace/contracts";
import type { Admin, TransactionDetails } from "./admin-api.ts";
import type { AdminContext } from "./create-admin.ts";
import { clientErrors } from "./errors.ts";
import { TransactionCoordinatorCalls } from "./producer/identity.ts";
import { retrying } from "./retry.ts";

type TransactionAdmin = Pick<Admin, "listTransactions" | "describeTransaction" | "abortTransaction">;

/** Administration of transactions: every broker is asked for the ids that it coordinates. */
export function createTransactionAdmin(context: AdminContext): TransactionAdmin {
  const { ports, metadata, retryForMs, requestTimeoutMs } = context;
  const list = async (request: { transactionalIds?: string[]; states?: string[]; openForMs?: bigint }): Promise<TransactionDetails[]> => {
    const addresses = await retrying(ports, { forMs: retryForMs }, () => metadata.brokerAddresses());
    const answers = await Promise.all(
      addresses.map((address) =>
        retrying(ports, { forMs: retryForMs }, () =>
          ports.transport.client(TransactionService, address).listTransactions(request, { timeoutMs: requestTimeoutMs }),
        ),
      ),
    );
    const found = answers.flatMap(({ transactions }) => transactions.map(detailsOf));
    return found.sort((left, right) => (left.transactionalId < right.transactionalId ? -1 : 1));
  };
  const describe = async (transactionalId: string): Promise<TransactionDetails> => {
    const [details] = await list({ transactionalIds: [transactionalId] });
    if (details === undefined) throw clientErrors.unknownTransactionalId(transactionalId);
    return details;
  };
  return {
    listTransactions: ({ states = [], openForMs = 0 } = {}) => list({ states: [...states], openForMs: BigInt(openForMs) }),
    describeTransaction: describe,
    abortTransaction: async (transactionalId) => {
      const before = await describe(transactionalId);
      if (before.state !== "Ongoing") return before;
      // As a new instance of the producer would: its open transaction is aborted, and whoever had the id is fenced. Answered when every partition has its marker.
      await new TransactionCoordinatorCalls(context, transactionalId).init(before.timeoutMs);
      return before;
    },
  };
}

function detailsOf(of: TransactionDescription): TransactionDetails {
  const { transactionalId, producerEpoch, state, timeoutMs, coordinatorBrokerId } = of;
  return {
    transactionalId,
    producerId: Number(of.producerId),
    producerEpoch,
    state,
    timeoutMs,
    startedAtMs: Number(of.startedAtMs),
    updatedAtMs: Number(of.updatedAtMs),
    coordinatorBrokerId,
    partitions: of.partitions.map(({ topic, partition }) => ({ topic, partition })),
  };
}
