import type { ReplicationPorts } from "../replication/leader-role.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { LocalPartition } from "./local-partition.ts";

export interface PartitionObserver {
  flushed(seconds: number): void;
  failed(partition: LocalPartition, error: unknown): void;
}

export interface LocalPartitionPorts {
  readonly replication: ReplicationPorts;
  readonly groupCommit: GroupCommit;
  readonly monotonicMs: () => number;
  readonly observer: PartitionObserver;
  /** Throws `disk-full` while no records are to be taken. Ends of transactions are: little, and readers wait for them. */
  readonly requireRoom: () => void;
}
