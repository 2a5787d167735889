import { assert } from "@millrace/stdx";

/** Partition of the transaction log that serves a transactional id: Java's String.hashCode, made positive, mod the count; as Kafka does. */
export function partitionOfTransactionalId(transactionalId: string, partitionCount: number): number {
  assert(partitionCount > 0, "the transaction log has no partitions");
  let hash = 0;
  for (let index = 0; index < transactionalId.length; index++) hash = (Math.imul(31, hash) + transactionalId.charCodeAt(index)) | 0;
  return (hash & 0x7fffffff) % partitionCount;
}
