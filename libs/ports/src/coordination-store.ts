/**
 * Small, hot control state with fenced compare-and-set: Redis, or LMDB files for a cluster in one process. Both pass one contract suite.
 * Written by the active coordinator only. An expired lease decides nothing about safety: each commit carries the epoch, and the store
 * refuses an epoch that is not the stored one (reliability S2-S4).
 */
export interface CoordinationStore {
  /** Where it is, for messages: `redis://host:port`, `embedded:folder`. No secrets. */
  readonly description: string;
  /** Takes or re-reads the lease. Acquiring raises the epoch in the same step, also when the same holder acquires again. */
  acquireLease(request: { holder: string; ttlMs: number }): Promise<LeaseResult>;
  /** Prolongs it, also where it has run out and nobody has taken it since; false: somebody has, and raised the epoch. */
  renewLease(fence: Fence & { ttlMs: number }): Promise<boolean>;
  /** Gives it up at once, so that a standby need not wait. */
  releaseLease(fence: Fence): Promise<void>;
  /**
   * Gives data that was lost or rolled back another generation, and this term an epoch above every one that was ever seen (reliability S8); false: the fence is not the
   * stored one. What was fenced by the former pair is refused from then on; the lease is kept.
   */
  beginGeneration(fence: Fence, next: Pick<Fence, "epoch" | "generation">): Promise<boolean>;
  /** All changes or none. A repeated `requestId` (a retry after a time-out) returns the first outcome. */
  commit(fence: Fence, requestId: string, changes: readonly Change[]): Promise<CommitResult>;
  read(key: string): Promise<Entry | undefined>;
  /** Every entry whose key starts with `prefix`, sorted by key. */
  readAll(prefix: string): Promise<readonly Entry[]>;
  close(): Promise<void>;
}

/** Proof of being the active coordinator. */
export interface Fence {
  readonly holder: string;
  readonly epoch: number;
  /** Random id given to the store's data when it was new; another one means that the data was lost or replaced. */
  readonly generation: string;
}

export type LeaseResult =
  | { readonly kind: "acquired"; readonly epoch: number; readonly generation: string }
  | { readonly kind: "held"; readonly holder: string; readonly epoch: number; readonly remainingMs: number };

export interface Entry {
  readonly key: string;
  /** 1 when created, +1 with each change. */
  readonly version: number;
  readonly value: Uint8Array;
}

export interface Change {
  readonly key: string;
  /** Version that the key must have now: 0 = must not exist, "any" = whatever. */
  readonly expect: number | "any";
  /** undefined: delete. */
  readonly value: Uint8Array | undefined;
}

export type CommitResult =
  | { readonly kind: "ok" }
  /** Another epoch or holder is stored; `epoch` is it. A stored one below the caller's is a rollback. */
  | { readonly kind: "fenced"; readonly epoch: number }
  | { readonly kind: "generation"; readonly generation: string }
  | { readonly kind: "conflict"; readonly key: string; readonly version: number };

export const COMMIT_CHANGES_MAX = 1_000; // one atomic script: keeps the single-threaded store responsive
export const COMMIT_BYTES_MAX = 16 * 1024 * 1024; // a job bundle with its graph, and room
