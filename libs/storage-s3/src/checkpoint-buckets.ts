import type { CheckpointPlaces } from "@millrace/ports";
import { checkpointPathUnusable } from "./errors.ts";

/**
 * Checkpoint places of `s3://BUCKET/PREFIX` URLs. Where the server is and who asks stands in the environment and files that every client of S3 reads (AWS_REGION, AWS_ENDPOINT_URL_S3,
 * AWS_ACCESS_KEY_ID, a web identity, a role of the machine), never in the URL, which is part of jobs and manifests.
 */
export function createCheckpointBuckets(env: Readonly<Record<string, string | undefined>>): CheckpointPlaces {
  return {
    open: async (url) => {
      const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
      if (bucket === undefined || prefix === undefined) throw checkpointPathUnusable(url, "it is no s3://BUCKET/PREFIX URL");
      // The client is loaded by jobs that need it: it is most of what a worker would read at its start.
      const { openBucket } = await import("./bucket-place.ts");
      return openBucket({ url, bucket, prefix: prefix.replace(/\/$/, "") }, env);
    },
  };
}
