// Moves partitions with kafkajs' admin client, and waits until nothing moves. Usage: reassign.mjs ADDRESS TOPIC '[[1,2,3],…]' (replicas by partition).
// The last line is JSON: how long it took, and the most partitions that were seen moving.
import { Kafka, logLevel } from "kafkajs";

const [address, topic, targets] = process.argv.slice(2);
const admin = new Kafka({ brokers: address.split(","), logLevel: logLevel.ERROR }).admin();
await admin.connect();
const startedMs = performance.now();
const partitionAssignment = JSON.parse(targets).map((replicas, partition) => ({ partition, replicas }));
await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
let seen = 0;
for (;;) {
  const { topics } = await admin.listPartitionReassignments({});
  const moving = topics.reduce((sum, { partitions }) => sum + partitions.length, 0);
  seen = Math.max(seen, moving);
  if (moving === 0) break;
  if (performance.now() - startedMs > 120_000) throw new Error(`${moving} partitions still move`);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
console.log(JSON.stringify({ movedMs: Math.round(performance.now() - startedMs), seen }));
await admin.disconnect();
