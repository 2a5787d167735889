import type {
  CreateSavepointResponse,
  DescribeClusterResponse,
  GetJobResponse,
  JobStatus,
  StopJobResponse,
  SubmitJobResponse,
  Topic,
} from "@millrace/contracts";

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
  readonly savepointId?: string;
  readonly failIfExists?: boolean;
}

/** Topics, cluster and jobs. Topic calls go through any broker; job calls to the active coordinator, following hints to a new one. */
export interface Admin {
  /** Resolves when the topic exists and every partition has a leader that answers. */
  createTopic(spec: TopicSpec): Promise<Topic>;
  deleteTopic(name: string): Promise<void>;
  listTopics(options?: { includeInternal?: boolean }): Promise<readonly Topic[]>;
  describeTopic(name: string): Promise<Topic>;
  describeCluster(): Promise<DescribeClusterResponse>;
  submitJob(job: JobSubmission): Promise<SubmitJobResponse>;
  listJobs(): Promise<readonly JobStatus[]>;
  /** By id or name. */
  getJob(job: string): Promise<GetJobResponse>;
  /** Status now and on each change, until the job has ended; goes on over changes of the coordinator. */
  watchJob(job: string, options?: { signal?: AbortSignal }): AsyncIterable<JobStatus>;
  stopJob(job: string, options?: { drain?: boolean }): Promise<StopJobResponse>;
  createSavepoint(job: string): Promise<CreateSavepointResponse>;
}
