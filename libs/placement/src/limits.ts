export const PRODUCER_ID_BLOCK = 1_000; // one store write per thousand transactional or idempotent producers
export const BROKERS_MAX = 1_000; // metadata goes to every broker: brokers × changes stays small
export const PARTITIONS_PER_CLUSTER_MAX = 200_000; // twice the goal of the design; a snapshot of that is about 20 MiB
export const REPLICATION_FACTOR_MAX = 15; // more copies than any disk failure model asks for
export const REASSIGNMENTS_PER_REQUEST_MAX = 20_000; // as many as a broker may hold: draining one is one request
export const LEADERS_MOVED_AT_ONCE = 500; // each is a fraction of a second without a leader; a thousand at once would be felt

/** Replicas per live broker, on average: each takes up to three descriptors, and 65,536 are what a process may have; twice what is proven (10,000). */
export const PARTITIONS_PER_BROKER_MAX = 20_000;

/** Elections of which none of the brokers that rebuild a lost store may have heard: far more than fit into the moments between a change and its news. */
export const REBUILD_EPOCH_GAP = 100;

/** Blocks of producer ids that brokers which are away may have got, none of whose producers has written to a log that is here. */
export const REBUILD_PRODUCER_BLOCKS = 1_000;
