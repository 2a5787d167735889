import type {
  AppError,
  BrokerEpoch,
  BrokerId,
  LeaderEpoch,
  PartitionEpoch,
  PartitionState,
  TopicDescription,
  TopicId,
} from "@millrace/model";
import type { Random } from "@millrace/ports";
import type { BrokerState, ClusterChange } from "./state.ts";

export interface RegisterBroker {
  readonly kind: "register-broker";
  readonly brokerId: BrokerId;
  readonly incarnationId: string;
  readonly folderId: string;
  readonly address: string;
  readonly kafkaAddress: string;
  readonly externalAddress?: string;
  readonly externalKafkaAddress?: string;
  readonly rack: string;
  /** Logs on its disk. A replica that is missing here, or suspect, is out of every in-sync set that has another member (reliability R10, R11). */
  readonly logs: readonly LogReport[];
  /** Broker epoch of the life that stopped cleanly on this disk; 0: the last one did not (reliability R11). */
  readonly cleanStopEpoch: number;
}

export interface LogReport {
  readonly topicId: TopicId;
  readonly partition: number;
  /** Recovery cut a torn tail. */
  readonly isSuspect: boolean;
}

/** Where a replica's log ends, as its broker told after it had heard that nobody leads. */
export interface LogEnd {
  readonly topicId: TopicId;
  readonly partition: number;
  readonly brokerId: BrokerId;
  readonly lastEpoch: LeaderEpoch;
  readonly logEndOffset: number;
  readonly isSuspect: boolean;
}

/** Nobody in sync or eligible can lead: the logs of the others decide, where they are enough (reliability R13). */
export interface ElectByLogs {
  readonly kind: "elect-by-logs";
  readonly logs: readonly LogEnd[];
  /** Replicas that have not come by now are not waited for. */
  readonly isWaitOver: boolean;
}

/** A leader's wish for another in-sync set, see docs/protocol/replication.md. */
export interface InSyncWish {
  readonly topicId: TopicId;
  readonly partition: number;
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: PartitionEpoch;
  readonly members: readonly { readonly brokerId: BrokerId; readonly brokerEpoch: BrokerEpoch }[];
}

export interface AlterPartitions {
  readonly kind: "alter-partitions";
  readonly brokerId: BrokerId;
  readonly brokerEpoch: BrokerEpoch;
  readonly wishes: readonly InSyncWish[];
}

/** More brokers have come: what was held back of these topics is decided, where there are enough now (decision 0017). */
export interface SettlePartitions {
  readonly kind: "settle-partitions";
  readonly topics: readonly TopicId[];
}

/** What became of a wish: the partition as it is now; undefined: there is none. */
export interface InSyncAnswer {
  readonly topicId: TopicId;
  readonly partition: number;
  readonly state: PartitionState | undefined;
  readonly isIneligible: boolean;
}

/** Brokers per partition, in the partitions' order. */
export type ReplicaAssignments = readonly (readonly BrokerId[])[];

export interface CreateTopic {
  readonly kind: "create-topic";
  readonly name: string;
  /** 0: the default. */
  readonly partitions: number;
  /** 0: the default. */
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
  /** An existing topic is the answer instead of an error. */
  readonly ifNotExists: boolean;
  /** Brokers of every partition, the first to lead; partitions and replication factor are 0 then. Absent: placement chooses. */
  readonly assignments?: ReplicaAssignments;
}

/** A change of one setting; `append` and `subtract` are for lists, with commas between elements. */
export interface ConfigChange {
  readonly name: string;
  readonly operation: "set" | "delete" | "append" | "subtract";
  readonly value: string;
}

export interface AlterTopicConfigs {
  readonly kind: "alter-topic-configs";
  readonly name: string;
  readonly changes: readonly ConfigChange[];
  /** Settings that are not named go back to their defaults. */
  readonly replaceAll: boolean;
}

export interface DeleteTopic {
  readonly kind: "delete-topic";
  readonly name: string;
  /** The incarnation that is meant; absent: whichever has the name. */
  readonly topicId?: TopicId | undefined;
}

export interface CreatePartitions {
  readonly kind: "create-partitions";
  readonly name: string;
  /** Partitions that the topic has afterwards. */
  readonly totalCount: number;
  /** Brokers of every partition that is added. Absent: placement chooses. */
  readonly assignments?: ReplicaAssignments;
}

/** A move of replicas; without a target: the one under way is cancelled. */
export interface PartitionReassignment {
  readonly topic: string;
  readonly partition: number;
  readonly target: readonly BrokerId[] | undefined;
}

export interface ReassignPartitions {
  readonly kind: "reassign-partitions";
  readonly reassignments: readonly PartitionReassignment[];
  /** Targets with more or fewer replicas than there are, are refused. */
  readonly keepReplicationFactor: boolean;
}

/** What became of one partition of several. */
export interface PartitionOutcome {
  readonly topic: string;
  readonly partition: number;
  readonly error: AppError | undefined;
}

/** preferred: the first replica leads. unclean: the live replica with the most records leads a partition without a leader, at the cost of what only others have. */
export type ElectionKind = "preferred" | "unclean";

export interface ElectLeaders {
  readonly kind: "elect-leaders";
  readonly election: ElectionKind;
  /** undefined: all for which there is something to do. */
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[] | undefined;
  /** For unclean ones: where the logs of live replicas end, as far as their brokers have told. */
  readonly logs?: readonly LogEnd[];
}

export type ClusterEvent =
  | RegisterBroker
  /** Has applied the metadata of its registration: may lead from now on. */
  | { readonly kind: "broker-caught-up"; readonly brokerId: BrokerId; readonly brokerEpoch: BrokerEpoch }
  /** Session over: fence it, move what others can lead. */
  | { readonly kind: "broker-lost"; readonly brokerId: BrokerId; readonly brokerEpoch: BrokerEpoch }
  /** Wants to stop: move what others can lead, first. */
  | { readonly kind: "broker-stopping"; readonly brokerId: BrokerId; readonly brokerEpoch: BrokerEpoch }
  /** Its disk has no room for records, or has again. */
  | { readonly kind: "broker-room"; readonly brokerId: BrokerId; readonly brokerEpoch: BrokerEpoch; readonly isFull: boolean }
  | AlterPartitions
  /** Leaders back to the first replica of each partition, where it is in sync. */
  | { readonly kind: "prefer-leaders" }
  /** There may be more brokers than when they were made. */
  | { readonly kind: "raise-internal-topics" }
  | ReassignPartitions
  /** Moves that wait may begin, and those that can be completed are. */
  | { readonly kind: "advance-reassignments" }
  | ElectLeaders
  | ElectByLogs
  | SettlePartitions
  /** Its replicas go to other brokers. */
  | { readonly kind: "drain-broker"; readonly brokerId: BrokerId }
  /** It gets its share of replicas, drained before or new. */
  | { readonly kind: "add-broker"; readonly brokerId: BrokerId }
  | CreateTopic
  | { readonly kind: "ensure-internal-topic"; readonly name: string }
  | DeleteTopic
  | AlterTopicConfigs
  | CreatePartitions
  | {
      readonly kind: "allocate-producer-ids";
      readonly brokerId: BrokerId;
      readonly brokerEpoch: BrokerEpoch;
      /** Absent: a block of the usual size. */
      readonly count?: number | undefined;
    };

export type ClusterResponse =
  | { readonly kind: "broker"; readonly broker: BrokerState }
  | { readonly kind: "topic"; readonly topic: TopicDescription }
  | { readonly kind: "producer-ids"; readonly firstProducerId: number; readonly count: number }
  | { readonly kind: "partitions"; readonly answers: readonly InSyncAnswer[] }
  | { readonly kind: "outcomes"; readonly outcomes: readonly PartitionOutcome[] }
  | { readonly kind: "moves"; readonly partitions: number }
  | { readonly kind: "elected"; readonly partitions: readonly PartitionState[] }
  | { readonly kind: "held"; readonly topics: readonly TopicId[] }
  | { readonly kind: "none" };

/** What to store, in this order, and what to answer once it is stored. No changes: nothing to do. */
export interface Decision<R extends ClusterResponse = ClusterResponse> {
  readonly changes: readonly ClusterChange[];
  readonly response: R;
}

export interface PlacementSettings {
  readonly partitionsDefault: number;
  readonly replicationFactorDefault: number;
  /** Partitions of each internal topic. */
  readonly internalTopicPartitions: number;
  /** Replicas of internal topics; fewer while there are fewer brokers. */
  readonly internalTopicReplicas: number;
  /** Replicas that one broker may be getting at the same time; further moves wait. */
  readonly replicasAddedAtOnce: number;
}

export interface PlacementContext {
  readonly settings: PlacementSettings;
  readonly random: Random;
  /** Brokers that have registered since this coordinator took over (decision 0017). */
  readonly came: Came;
}

export interface Came {
  has(broker: BrokerId): boolean;
}
