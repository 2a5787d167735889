import type { CallContext, ServiceHandlers, TopicService, TransactionService } from "@millrace/contracts";
import type { KafkaConnection } from "@millrace/ports";
import type { GroupCoordinators } from "../groups/group-coordinators.ts";
import type { UnsentBytes } from "../reads/unsent-bytes.ts";
import type { PlacementHandlers } from "../rpc/placement.ts";
import type { ProduceHandler } from "../rpc/produce.ts";
import type { RpcContext } from "../rpc/rpc-context.ts";
import type { FetchSessions } from "./fetch-sessions.ts";

/** What handlers of Kafka requests work with: the same parts as the gRPC handlers, so that both doors lead to one room. */
export interface KafkaContext extends RpcContext {
  readonly produce: ProduceHandler;
  readonly fetchSessions: FetchSessions;
  readonly unsent: UnsentBytes;
  readonly topics: ServiceHandlers<typeof TopicService>;
  readonly placement: PlacementHandlers;
  readonly groups: GroupCoordinators;
  readonly transactions: ServiceHandlers<typeof TransactionService>;
}

/** One request's surroundings. */
export interface KafkaCall {
  readonly version: number;
  readonly clientId: string | null;
  readonly connection: KafkaConnection;
  /** For handlers that both doors share. */
  readonly call: CallContext;
  /** Set by a handler whose answer's memory may be used again when it was sent. */
  onSent: (() => void) | undefined;
}

const NO_METADATA: ReadonlyMap<string, string> = new Map();

/** A Kafka client's call as the shared handlers see one: no deadline of its own, ended when the connection is. */
export function callContextOf(connection: KafkaConnection): CallContext {
  return { signal: connection.signal, metadata: NO_METADATA, peer: connection.peer, remainingMs: () => Infinity };
}
