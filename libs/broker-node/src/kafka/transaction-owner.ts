import { producerEpoch, producerId } from "@millrace/model";
import { transactionErrors } from "@millrace/transactions";
import type { TransactionOwner } from "../transactions/transaction-coordinators.ts";
import { kafkaCodeOf, KafkaError } from "./error-codes.ts";

const EPOCH_MAX = 32_767;

/** The producer that a transactional request speaks for; throws for one that cannot exist. */
export function ownerOf(request: {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}): TransactionOwner {
  const { transactionalId, producerId: id, producerEpoch: epoch } = request;
  if (id < 0 || epoch < 0 || epoch > EPOCH_MAX) throw transactionErrors.unknownProducer({ transactionalId, producerId: id });
  return { transactionalId, producerId: producerId(id), producerEpoch: producerEpoch(epoch) };
}

/** Kafka's code of a failed transactional request. Versions that do not know 90 (producer fenced) hear 47. */
export function transactionCodeOf(error: unknown, knowsFenced: boolean): number {
  const code = kafkaCodeOf(error);
  return code === KafkaError.PRODUCER_FENCED && !knowsFenced ? KafkaError.INVALID_PRODUCER_EPOCH : code;
}
