import type { JobService, RpcTransport, ServiceHandlers } from "@millrace/contracts";
import type { TopicDescription } from "@millrace/model";
import type { Change, Clock, Entry, Logger, Metrics, Random, Tracer } from "@millrace/ports";
import type { JobFigures } from "./observe-jobs.ts";
import type { ExecutorRegistry } from "./executors/executor-registry.ts";

/**
 * The coordination store within one term of leadership. Commits are serialized, carry the term's fence and a request id, and are
 * retried with the same id when the answer is lost. When the store says that the term is over, the node steps down and every call rejects
 * with an AppError of kind `fenced`; when it stays unreachable, of kind `unavailable`.
 */
export interface TermStore {
  commit(
    changes: readonly Change[],
  ): Promise<{ readonly kind: "ok" } | { readonly kind: "conflict"; readonly key: string; readonly version: number }>;
  read(key: string): Promise<Entry | undefined>;
  readAll(prefix: string): Promise<readonly Entry[]>;
}

/** What the jobs part may know of the cluster; always the current state. */
export interface ClusterView {
  topic(name: string): TopicDescription | undefined;
  /** Address (host:port, gRPC) of a broker that is alive. */
  brokerAddress(brokerId: number): string | undefined;
  /** Addresses of all live brokers, to bootstrap from. */
  brokerAddresses(): readonly string[];
  /** The internal topic, made on first use. Rejects with `not-enough-brokers` (retry) while none is registered. */
  ensureInternalTopic(name: string): Promise<TopicDescription>;
  /** Called after topics or brokers changed. Returns the function that ends the listening. */
  onChange(listener: () => void): () => void;
}

export interface JobsPorts {
  readonly store: TermStore;
  readonly registry: ExecutorRegistry;
  readonly cluster: ClusterView;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly transport: RpcTransport;
}

/** The jobs part of one term: made at takeover, thrown away at its end. */
export interface JobsPart {
  readonly handlers: ServiceHandlers<typeof JobService>;
  /** Loads all jobs from the store; calls are answered with a retriable error until it has resolved. */
  start(): Promise<void>;
  /** What operators watch of each job, by name: the newest of that name. */
  figures(): readonly JobFigures[];
  /** Ends all timers and loops at once. Nothing may be written afterwards; writes in flight may still land or be fenced. */
  stop(): Promise<void>;
}

/** Factory that the node calls at each takeover: `createJobService` of src/jobs, with its settings applied. */
export type CreateJobsPart = (ports: JobsPorts) => JobsPart;
