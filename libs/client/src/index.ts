export type {
  Admin,
  ConfigChange,
  JobStateQuery,
  JobSubmission,
  Outcome,
  PartitionMove,
  PartitionResult,
  RecordsToDelete,
  TopicSetting,
  TopicSpec,
  TransactionDetails,
} from "./admin-api.ts";
export type {
  AbortedRange,
  Assignment,
  Client,
  ClientPorts,
  Consumer,
  Delivery,
  FetchedChunk,
  FetchRange,
  FetchRangeOptions,
  ListedOffset,
  OffsetSpec,
  PartitionRecords,
  Producer,
  ProducerRecord,
  StartOffset,
} from "./api.ts";
export type {
  CommittedOffset,
  GroupDetails,
  GroupIdentity,
  GroupListener,
  GroupListing,
  GroupMemberDescription,
  GroupOffset,
  Subscription,
} from "./group-api.ts";
export type { BackupAdmin, ExportedJob } from "./backup-api.ts";
export { committedBatches } from "./committed-batches.ts";
export { createClient } from "./create-client.ts";
export {
  type AcksSetting,
  type ClientSettings,
  CONSUMER_DEFAULTS,
  type ConsumerSettings,
  type IsolationSetting,
  type OffsetReset,
  PRODUCER_DEFAULTS,
  type ProducerSettings,
} from "./settings.ts";
