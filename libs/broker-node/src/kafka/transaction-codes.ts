import { KafkaError } from "./error-codes.ts";

/** Versions that do not know 90 (producer fenced) hear 47. */
export function transactionCodeOf(code: number, knowsFenced: boolean): number {
  return code === KafkaError.PRODUCER_FENCED && !knowsFenced ? KafkaError.INVALID_PRODUCER_EPOCH : code;
}
