/** What a worker of a rolling day is told, as JSON in its one argument. */
export interface WorkerOrder {
  readonly role: WorkerRole;
  readonly client: string;
  readonly seed: number;
  readonly address: string;
  /** File of its part of the history. */
  readonly history: string;
  readonly topic: string;
  /** Where copiers write. */
  readonly outTopic: string;
  readonly partitions: number;
  /** All partitions of what it reads, as `topic-partition`. */
  readonly keys: readonly string[];
  readonly group: string;
  /** How its group works: an assignor of the classic protocol, or `consumer`. */
  readonly protocol: string;
  readonly transactionalId: string;
  /** Mean wait between two turns. */
  readonly pauseMs: number;
  /** Process numbers and values from here on are its own. */
  readonly firstProcess: number;
  readonly firstValue: number;
  /** How long the last read may take. */
  readonly finalMs: number;
}

/** `lanes`: idempotent sends; `transactions`: sends that commit or abort; `members`: a group that commits offsets; `copiers`: both at once; `readers`: by themselves; `final`: everything, to the end. */
export type WorkerRole = "lanes" | "transactions" | "members" | "copiers" | "readers" | "final";
