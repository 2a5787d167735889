/** Where a job keeps its state outside of the cluster: a folder or a bucket, which can go away and come back. */
export interface SharedPlace {
  /** The job's checkpoint path. */
  readonly url: string;
  /** Environment of the executors, and of a command that reads it. */
  readonly env: Readonly<Record<string, string>>;
  /** Error of a job while it is not there. */
  readonly awayCodes: readonly string[];
  create(): Promise<void>;
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Files of a job, also of one that has none. */
  files(jobId: string): Promise<readonly SharedFile[]>;
  stop(): Promise<void>;
}

export interface SharedFile {
  readonly name: string;
  readonly bytes: number;
}
