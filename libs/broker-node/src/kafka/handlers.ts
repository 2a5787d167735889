import { produce } from "./00-produce.ts";
import { fetch } from "./01-fetch.ts";
import { listOffsets } from "./02-list-offsets.ts";
import { metadata } from "./03-metadata.ts";
import { findCoordinator } from "./10-find-coordinator.ts";
import { apiVersions } from "./18-api-versions.ts";
import { createTopics } from "./19-create-topics.ts";
import { deleteTopics } from "./20-delete-topics.ts";
import { initProducerId } from "./22-init-producer-id.ts";
import { describeConfigs } from "./32-describe-configs.ts";
import type { ServedApi } from "./served-api.ts";

/** Everything that Kafka clients can ask; ApiVersions answers from it, so what is not here is not advertised. */
export const KAFKA_HANDLERS: readonly ServedApi[] = [
  produce,
  fetch,
  listOffsets,
  metadata,
  findCoordinator,
  apiVersions(() => KAFKA_HANDLERS),
  createTopics,
  deleteTopics,
  initProducerId,
  describeConfigs,
];
