/** Kafka's group.min.session.timeout.ms: less makes a garbage collection look like a death. */
export const SESSION_TIMEOUT_MS_MIN = 6_000;
/** Kafka's group.max.session.timeout.ms: more keeps the partitions of a dead member unread for longer than half an hour. */
export const SESSION_TIMEOUT_MS_MAX = 1_800_000;

/** Kafka's group.initial.rebalance.delay.ms: members of one deployment start within seconds of each other. */
export const INITIAL_REBALANCE_DELAY_MS = 3_000;

/** A member that joins for the first time waits at most so long for the others; then it is taken for gone. As in Kafka. */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 300_000;

/** Clients may ask for any rebalance timeout; one above an hour would hold a group still for longer than anyone waits. */
export const REBALANCE_TIMEOUT_MS_MAX = 3_600_000;

/** Members of a group. Kafka has no limit; at 2 KB of subscription and assignment each, 1,000 members already fill 2 MB of record. */
export const GROUP_SIZE_MAX = 1_000;

/** Groups of one partition of the log: at 50 partitions half a million per cluster; 10,000 idle groups at about 2 KB are 20 MB. */
export const GROUPS_MAX = 10_000;

/** Protocols that one member offers. Clients offer one to four; each is kept with its bytes. */
export const PROTOCOLS_PER_MEMBER_MAX = 32;

/** Bytes of all protocols of a member: Kafka is bounded by the request only; 256 KiB hold about 5,000 topic names. */
export const PROTOCOL_BYTES_PER_MEMBER_MAX = 262_144;

/** Names and ids: Kafka's string type allows 32,767; what is longer than this was never typed by a person. */
export const ID_LENGTH_MAX = 1_024;

/** Kafka's offset.metadata.max.bytes. */
export const OFFSET_METADATA_BYTES_MAX = 4_096;

/** Offsets kept per group: 100,000 at about 150 bytes are 15 MB, and more partitions than a cluster of ours has per consumer. */
export const OFFSETS_PER_GROUP_MAX = 100_000;

/** Kafka's offsets.retention.minutes, 7 days: over a long weekend and a week of holidays a job still finds its place. */
export const OFFSETS_RETENTION_MS = 604_800_000;

/** Kafka's offsets.retention.check.interval.ms. */
export const OFFSETS_EXPIRY_INTERVAL_MS = 600_000;

/** Bytes of keys and values of one append: half of Kafka's default max.message.bytes, which leaves room for what a batch adds. One record may be larger. */
export const APPEND_BYTES_MAX = 524_288;

/** Appends that wait to be committed. When the log stalls, more would only be answers that come too late: clients are told to try again. */
export const APPENDS_IN_FLIGHT_MAX = 10_000;

/** Groups of one DescribeGroups, DeleteGroups: what an admin tool asks for at once. */
export const GROUPS_PER_REQUEST_MAX = 10_000;

/** KIP-848, Kafka's group.consumer.heartbeat.interval.ms and group.consumer.session.timeout.ms: nine missed heartbeats are a death. */
export const CONSUMER_HEARTBEAT_INTERVAL_MS = 5_000;
export const CONSUMER_SESSION_TIMEOUT_MS = 45_000;

/** Topics of one subscription; with partitions it bounds what an assignment may hold. */
export const TOPICS_PER_SUBSCRIPTION_MAX = 10_000;

/** Partitions over all subscribed topics of a group: the assignors are linear in it, 100,000 take about 100 ms of one turn. */
export const PARTITIONS_PER_CONSUMER_GROUP_MAX = 100_000;
