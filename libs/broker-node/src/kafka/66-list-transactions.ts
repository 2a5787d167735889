import { listTransactionsApi } from "@millrace/kafka-wire";
import type { TransactionEntry, TransactionState } from "@millrace/transactions";
import { KafkaError } from "./error-codes.ts";
import { serve } from "./served-api.ts";

const STATES: ReadonlySet<string> = new Set<TransactionState>([
  "Empty",
  "Ongoing",
  "PrepareCommit",
  "PrepareAbort",
  "CompleteCommit",
  "CompleteAbort",
]);

/** ListTransactions v0-2: filters by state and producer id; v1 by how long it has been open; v2 by a pattern of the id. The ids that this broker coordinates. */
export const listTransactions = serve(listTransactionsApi, (request, { version }, { coordinators, ports }) => {
  const { stateFilters, producerIdFilters } = request;
  const durationMs = version >= 1 ? request.durationFilter : -1;
  const text = version >= 2 ? (request.transactionalIdPattern ?? "") : "";
  const pattern = text === "" ? undefined : ports.compilePattern?.(text);
  if (text !== "" && pattern === undefined)
    return Promise.resolve({ errorCode: KafkaError.INVALID_REGULAR_EXPRESSION, unknownStateFilters: [], transactionStates: [] });
  if (coordinators.isLoading)
    return Promise.resolve({ errorCode: KafkaError.COORDINATOR_LOAD_IN_PROGRESS, unknownStateFilters: [], transactionStates: [] });
  const now = ports.clock.wallMs();
  const isAsked = (entry: TransactionEntry): boolean =>
    (stateFilters.length === 0 || stateFilters.includes(entry.state)) &&
    (producerIdFilters.length === 0 || producerIdFilters.includes(entry.producerId)) &&
    (durationMs < 0 || (entry.state === "Ongoing" && now - entry.startedAtMs > durationMs)) &&
    (pattern === undefined || pattern(entry.transactionalId));
  const transactionStates = coordinators
    .list()
    .filter(isAsked)
    .map(({ transactionalId, producerId, state }) => ({ transactionalId, producerId, transactionState: state }));
  const unknownStateFilters = stateFilters.filter((state) => !STATES.has(state));
  return Promise.resolve({ errorCode: KafkaError.NONE, unknownStateFilters, transactionStates });
});
