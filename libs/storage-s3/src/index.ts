export { createCheckpointBuckets } from "./checkpoint-buckets.ts";
