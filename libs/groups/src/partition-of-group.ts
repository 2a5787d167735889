import { assert } from "@millrace/stdx";

/** Partition of `__consumer_offsets` that serves a group: Java's String.hashCode, made positive, mod the count; as Kafka does. */
export function partitionOfGroup(group: string, partitionCount: number): number {
  assert(partitionCount > 0, "the group log has no partitions");
  let hash = 0;
  for (let index = 0; index < group.length; index++) hash = (Math.imul(31, hash) + group.charCodeAt(index)) | 0;
  return (hash & 0x7fffffff) % partitionCount;
}
