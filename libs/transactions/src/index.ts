export {
  applyRecord,
  type CoordinatorState,
  createCoordinatorState,
  type TransactionEntry,
  type TransactionRecord,
  type TransactionState,
} from "./entry.ts";
export { transactionErrors } from "./errors.ts";
export {
  handle,
  type TransactionEvent,
  type TransactionRequest,
  type TransactionResponse,
  type TransactionStep,
  unfinishedEffects,
  type WriteMarkers,
} from "./handle.ts";
export { TRANSACTION_TIMEOUT_MS_DEFAULT, TRANSACTION_TIMEOUT_MS_MAX, TRANSACTIONAL_ID_IDLE_MS_MAX } from "./limits.ts";
export { partitionOfTransactionalId } from "./partition-of-id.ts";
export { decodeTransactionRecord, encodeTransactionRecord } from "./record-codec.ts";
