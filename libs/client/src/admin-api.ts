import type {
  BrokerLoad,
  CreateSavepointResponse,
  DescribeClusterResponse,
  GetCheckpointResponse,
  GetJobResponse,
  JobStatus,
  OngoingReassignment,
  ReadJobStateResponse,
  StopJobResponse,
  Savepoint,
  SubmitJobResponse,
  Topic,
} from "@millrace/contracts";

import type { AppError, TopicPartition } from "@millrace/model";
import type { BackupAdmin } from "./backup-api.ts";
import type { CommittedOffset, GroupDetails, GroupListing, GroupOffset } from "./group-api.ts";

export interface TopicSpec {
  readonly name: string;
  /** Absent: the cluster's default. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly configs?: Readonly<Record<string, string>>;
  /** Success, changing nothing, when a topic of this name exists. */
  readonly ifNotExists?: boolean;
  readonly validateOnly?: boolean;
}

export interface JobSubmission {
  readonly name: string;
  readonly graphJson: string;
  readonly bundle: Uint8Array;
  /** SHA-256 of graph and bundle, hex. */
  readonly digest: string;
  /** Start with the state of this savepoint; "latest": of the last checkpoint of the newest job of this name. */
  readonly savepointId?: string;
  readonly failIfExists?: boolean;
  /** Only answer what would happen. */
  readonly dryRun?: boolean;
  /** Start although the savepoint has state of operators that the graph does not have; otherwise that is refused (`state-dropped`). */
  readonly allowDroppedState?: boolean;
}

/** Which of an operator's state is wanted. */
export interface JobStateQuery {
  /** Id or name. */
  readonly operator?: string;
  /** JSON of keys; absent: all. */
  readonly keysJson?: readonly string[];
  /** What the text of keys begins with. */
  readonly keyPrefix?: string;
  /** Entries; absent: 100. */
  readonly limit?: number;
}

/** One change of a topic's setting; `append` and `subtract` are for lists, elements with commas between. */
export interface ConfigChange {
  readonly operation: "set" | "delete" | "append" | "subtract";
  readonly name: string;
  /** Not with `delete`, which goes back to the default. */
  readonly value?: string;
}

/** A setting of a topic as it is in effect. */
export interface TopicSetting {
  readonly name: string;
  readonly value: string;
  readonly defaultValue: string;
  /** The topic has a value of its own. */
  readonly isSet: boolean;
  readonly type: string;
  readonly doc: string;
}

/** Records of a partition before an offset, or all that are there now. */
export interface RecordsToDelete extends TopicPartition {
  readonly beforeOffset: number | "latest";
}

/** What became of one thing among several. */
export interface Outcome {
  readonly error: AppError | undefined;
}

/** Replicas of a partition are to be on these brokers, the preferred leader first; undefined: the move that is under way is cancelled. */
export interface PartitionMove extends TopicPartition {
  readonly replicas: readonly number[] | undefined;
}

export type PartitionResult = Outcome & TopicPartition;

/** A transactional id as its coordinator has it. */
export interface TransactionDetails {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Kafka's names: Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort. */
  readonly state: string;
  readonly timeoutMs: number;
  /** Of the open transaction, else of the last one. */
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  readonly coordinatorBrokerId: number;
  /** Of the transaction that is open or being ended. */
  readonly partitions: readonly TopicPartition[];
}

/** Topics, groups, transactions, cluster and jobs. Topic calls go through any broker; job calls to the active coordinator, following hints to a new one. */
export interface Admin extends BackupAdmin {
  /** Resolves when the topic exists and every partition has a leader that answers. */
  createTopic(spec: TopicSpec): Promise<Topic>;
  deleteTopic(name: string): Promise<void>;
  listTopics(options?: { includeInternal?: boolean }): Promise<readonly Topic[]>;
  describeTopic(name: string): Promise<Topic>;
  /** Adds partitions at the end. Records stay where they are, so those of one key may stand in two partitions from then on. */
  createPartitions(name: string, totalCount: number, options?: { readonly validateOnly?: boolean }): Promise<Topic>;
  /** All changes or none. */
  alterTopicConfigs(name: string, changes: readonly ConfigChange[], options?: { readonly validateOnly?: boolean }): Promise<Topic>;
  /** Every setting, set or not. */
  describeTopicConfigs(name: string): Promise<readonly TopicSetting[]>;
  /** Records before the offsets are gone for readers at once. Fails at the first partition that does; the others may have been done. */
  deleteRecords(deletions: readonly RecordsToDelete[]): Promise<readonly (TopicPartition & { readonly logStartOffset: number })[]>;
  describeCluster(): Promise<DescribeClusterResponse>;
  /** What each broker holds, and what is on its way to or from it. */
  describeBrokers(): Promise<readonly BrokerLoad[]>;
  /** Leaders and replicas go to other brokers; resolves with how many replicas, when that is written down. Fails with `cannot-drain`, changing nothing. */
  drainBroker(brokerId: number, options?: { readonly validateOnly?: boolean }): Promise<number>;
  /** A broker, new or drained, gets its share; resolves with how many replicas, when that is written down. */
  addBroker(brokerId: number, options?: { readonly validateOnly?: boolean }): Promise<number>;
  /** Resolves when the moves are written down; each may be refused by itself. */
  reassignPartitions(moves: readonly PartitionMove[]): Promise<readonly PartitionResult[]>;
  /** What is being moved, and what waits for its turn. */
  listReassignments(topics?: readonly string[]): Promise<readonly OngoingReassignment[]>;
  /** `unclean`: a live replica leads where nobody could, at the cost of records that only others have. No partitions: all for which there is something to do. */
  electLeaders(kind: "preferred" | "unclean", partitions?: readonly TopicPartition[]): Promise<readonly PartitionResult[]>;
  /** Of all brokers. */
  listGroups(options?: { readonly states?: readonly string[]; readonly types?: readonly string[] }): Promise<readonly GroupListing[]>;
  /** Fails with `group-id-not-found`. */
  describeGroup(groupId: string): Promise<GroupDetails>;
  /** Groups without members, with their offsets. */
  deleteGroups(groupIds: readonly string[]): Promise<readonly (Outcome & { readonly groupId: string })[]>;
  /** All offsets that the group has. */
  groupOffsets(groupId: string): Promise<readonly CommittedOffset[]>;
  /** For a group without members: its next ones begin there. */
  alterGroupOffsets(groupId: string, offsets: readonly GroupOffset[]): Promise<void>;
  /** Of topics that no member subscribes to. */
  deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<readonly (Outcome & TopicPartition)[]>;
  /** Transactional ids of all brokers; `openForMs`: of which a transaction has been open for longer. */
  listTransactions(options?: { readonly states?: readonly string[]; readonly openForMs?: number }): Promise<readonly TransactionDetails[]>;
  /** Fails with `transactional-id-not-found`. */
  describeTransaction(transactionalId: string): Promise<TransactionDetails>;
  /** Aborts the open transaction and fences its producer; nothing happens if none is open. What it was before. */
  abortTransaction(transactionalId: string): Promise<TransactionDetails>;
  submitJob(job: JobSubmission): Promise<SubmitJobResponse>;
  listJobs(): Promise<readonly JobStatus[]>;
  /** By id or name. */
  getJob(job: string): Promise<GetJobResponse>;
  /** Status now and on each change, until the job has ended; goes on over changes of the coordinator. */
  watchJob(job: string, options?: { signal?: AbortSignal }): AsyncIterable<JobStatus>;
  /** `savepoint`: drains, and makes the checkpoint that it ends on a savepoint. */
  stopJob(job: string, options?: { drain?: boolean; savepoint?: boolean }): Promise<StopJobResponse>;
  /** Durable when it resolves; the status says when it is done. 0 workers: as many as the executors offer. */
  rescaleJob(job: string, workers: number): Promise<JobStatus>;
  /** What operators of a running job keep; without `operator` only which ones do. */
  readJobState(job: string, query?: JobStateQuery): Promise<ReadJobStateResponse>;
  /** Where the state of a savepoint, or of a job's last checkpoint, lies. */
  getCheckpoint(of: { readonly savepointId: string } | { readonly job: string }): Promise<GetCheckpointResponse>;
  createSavepoint(job: string): Promise<CreateSavepointResponse>;
  /** Of a job's id or name; absent: all. */
  listSavepoints(job?: string): Promise<readonly Savepoint[]>;
  deleteSavepoint(savepointId: string): Promise<void>;
}
