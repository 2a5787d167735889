/** 16 MiB: sixteen requests of 1 MiB, what one client keeps under way; at 1 GB/s they are 16 ms of work. */
export const IN_FLIGHT_BYTES_PER_CONNECTION_DEFAULT = 16_777_216;

/** 256 MiB over all connections: sixteen busy clients. Each byte is held once as received and once as staged. */
export const IN_FLIGHT_BYTES_TOTAL_DEFAULT = 268_435_456;

/** 64 MiB of newest records: 0.2 s at 300 MB/s, so that consumers that keep up never read the disk. */
export const TAIL_CACHE_BYTES_DEFAULT = 67_108_864;

export const PRODUCE_TIMEOUT_MS_DEFAULT = 30_000; // Kafka's request.timeout.ms of producers
export const FETCH_PARTITION_BYTES_DEFAULT = 1_048_576; // Kafka's max.partition.fetch.bytes
export const FETCH_BYTES_DEFAULT = 8_388_608;
/** Kafka's fetch.max.bytes of brokers: no request gets more at once. */
export const FETCH_BYTES_MAX = 57_671_680;
/** 256 MiB of fetch answers that clients have not taken: five of the largest, or one batch of 1 MiB for each of 256 connections. */
export const UNSENT_FETCH_BYTES_DEFAULT = 268_435_456;
/** An answer may have an eighth of what is free: 32 MiB when nobody else reads, and half of all is left after five who do not. */
export const UNSENT_SHARES = 8;
/** Less than four batches of 16 KiB, as clients make them, are not worth an answer: wait for room. */
export const UNSENT_SHARE_BYTES_MIN = 65_536;
/** Who leaves an answer unread for so long while others wait for room is cut: at 1 MB/s ten megabytes would be through by then. */
export const UNREAD_MS_MAX = 10_000;
/** Kafka's max.incremental.fetch.session.cache.slots: above, the session that was used longest ago goes, and its client makes a new one. */
export const FETCH_SESSIONS_MAX = 1_000;
/** Partitions of all fetch sessions together, at about 200 bytes: 100 MB, what 1,000 consumers of 500 partitions need. */
export const FETCH_SESSION_PARTITIONS_MAX = 500_000;
/** A stream's answer: large enough to cost little per byte, small enough that several fit into an HTTP/2 window. */
export const FETCH_STREAM_BYTES_DEFAULT = 1_048_576;

/** Partitions in one request; Kafka has no limit, and clients of 100,000 partitions ask per broker. */
export const PARTITIONS_PER_REQUEST_MAX = 20_000;

/** Records in one plain-record request: at 100 B each 10 MB. */
export const RECORDS_PER_REQUEST_MAX = 100_000;

/** Producers wait in EndTransaction meanwhile; a backup needs it for as long as it reads the offsets of all groups. */
export const TRANSACTION_HOLD_MS_MAX = 60_000;

/** Wait between attempts to reach a coordinator, doubling: a takeover lasts seconds. */
export const RECONNECT_MS_FIRST = 50;
export const RECONNECT_MS_MAX = 1_000;

/** A coordinator takes a registration at once, or says who leads; one that is paused accepts the connection and says nothing. */
export const REGISTER_MS_MAX = 3_000;

/** A coordinator that fell silent is not tried for so long: others have taken over by then (the lease lasts 3 s), or it is asked again. */
export const SILENT_AVOIDED_MS = 5_000;

/** Reports and heartbeats queued for the coordinator; more than a few means that it does not read. */
export const SESSION_QUEUE_MAX = 64;

/**
 * Offsets that a memory topic's partition reserves ahead on disk: 2^30. At 10,000,000 records a second half of it lasts 50 s, ten times the interval at which it is
 * looked after; 2^53 offsets are enough for eight million restarts.
 */
export const OFFSETS_RESERVED = 1_073_741_824;

/** RAM for all topics with storage=memory of a broker. */
export const MEMORY_TOPIC_BYTES_DEFAULT = 268_435_456;

/** Logs opened at the same time in recovery: enough to keep a disk busy. */
export const LOGS_OPENED_AT_ONCE = 8;

/** Logs made, led or deleted at the same time: each waits for a few syncs, which those beside it share in the journal of the file system. */
export const LOGS_CHANGED_AT_ONCE = 64;

/** Topics of one request that are made or deleted at the same time: they share commits of the coordinator. */
export const TOPICS_CHANGED_AT_ONCE = 256;

/**
 * Checkpoints saved in one round (5 s): each takes about 0.2 ms of CPU and two syncs, so 500 are 2 % of a core. With 10,000 partitions that are all written to,
 * each has its turn within two minutes; a checkpoint is a lower bound, so an old one is not wrong.
 */
export const CHECKPOINTS_PER_ROUND_MAX = 500;

/** Logs that retention looks at before others get their turn: about a millisecond. */
export const RETENTION_LOGS_PER_TURN = 100;

/** A wait for compaction's rate that is shorter is put off: timers are no more exact than this. */
export const COMPACTION_DEBT_MS_MIN = 5;

/** 32 MiB/s of reading: about a sixth of a core while there is something to compact, and no more of a disk than its clients can spare. */
export const COMPACTION_BYTES_PER_SECOND_DEFAULT = 33_554_432;

/** How long a forwarded topic change waits until this broker has seen it, so that a client's next call finds it. */
export const TOPIC_VISIBLE_MS = 5_000;

/** How long a Kafka client's Metadata waits for a broker that can be named: a registration takes milliseconds, a coordinator's takeover seconds; then it asks anew. */
export const BROKERS_KNOWN_MS_MAX = 10_000;

/** So long Kafka clients hear of a broker that died: longer than a restart takes, and than a client is idle between two uses of a coordinator it remembers. */
export const FENCED_BROKER_LISTED_MS = 120_000;

/** Call to another broker or the coordinator on behalf of a client. */
export const FORWARD_TIMEOUT_MS = 15_000;

/** The same for jobs: a stop that drains and saves waits for the batches under way. */
export const JOB_FORWARD_TIMEOUT_MS = 120_000;

/** Plain records meet a partition that is being opened or moved: tried again this often, so long. An election takes less. */
export const PLAIN_RETRY_WAIT_MS = 25;
export const PLAIN_RETRY_MS = 5_000;

/** Attempts to write a transaction's markers are repeated for ever, this far apart at most. */
export const MARKER_RETRY_MS_FIRST = 20;
export const MARKER_RETRY_MS_MAX = 1_000;

/** The record that ends a transaction is tried again for as long as the broker coordinates, this far apart: a disk stays full for minutes, not milliseconds. */
export const COMPLETE_RETRY_MS_FIRST = 20;
export const COMPLETE_RETRY_MS_MAX = 5_000;
/** At 5 s apart a warning every 50 s. */
export const COMPLETE_ATTEMPTS_PER_WARNING = 10;

/** A partition that is led anew while a transaction is verified for it asks again; one that changes so often answers that it is being opened. */
export const VERIFY_ATTEMPTS_MAX = 3;

/** How long a client waits for the end of a transaction's markers before it is told to ask again. */
export const MARKERS_WAIT_MS = 20_000;

/** How often open transactions are compared with their time-outs. */
export const TRANSACTION_CHECK_MS = 1_000;

/** Bytes read at once when a transaction log is replayed. */
export const REPLAY_READ_BYTES = 1_048_576;

/** A holder of records repeats each minute; one that is gone must not keep a disk filling for long. */
export const HOLD_TTL_MS_MAX = 3_600_000;
/** No retention on a partition that this broker has led for less: holders, who repeat each minute, have not told it yet. */
export const HOLD_GRACE_MS = 120_000;
/** One per job that reads the partition, at about 100 bytes. */
export const HOLDERS_PER_PARTITION_MAX = 1_000;
export const HOLDER_LENGTH_MAX = 255;

/** Groups named in one gRPC call: each may be a call to another broker; tools ask in parts. */
export const GROUPS_PER_CALL_MAX = 1_000;

/** Kafka's max.poll.interval.ms, which its clients take as the rebalance timeout: for gRPC members that name none. */
export const JOIN_REBALANCE_TIMEOUT_MS_DEFAULT = 300_000;

/** How old the shown lag of groups may be; a look costs a call per leader and a batch header per position. */
export const GROUP_LAG_MS = 5_000;
/** Committed offsets whose lag is shown: as many series as a metric may have. At about 60 bytes each, a call stays below 1 MiB. */
export const POSITIONS_PER_CALL_MAX = 10_000;

/** Records of one partition in one answer to a follower: as much as one of its syncs is worth waiting for. */
export const REPLICA_PARTITION_BYTES = 1_048_576;
/** Records of all partitions in one message to a follower; beyond it HTTP/2's window stops the sender. */
export const REPLICA_ANSWER_BYTES = 2_097_152;
/** How late a follower may hear of a high watermark while nothing is written: Kafka's replica.fetch.wait.max.ms. */
export const REPLICA_WATERMARK_MS = 500;
/** After a leader refused (its metadata or ours is on the way, or the log is being opened), or a disk was full. */
export const REPLICA_RETRY_MS = 50;
/** A broker that restarts is looked for this often: its partitions need it back in sync soon. */
export const REPLICA_RECONNECT_MS_MAX = 500;
/** How often leaders look at their in-sync sets; each look is some comparisons per partition. */
export const IN_SYNC_CHECK_MS = 500;

/** How often a leader looks whether a replica that is being moved is still to be held back: its entry into the in-sync set ends that. */
export const THROTTLE_LOOK_MS = 50;

/** The image of the metadata is as large as the cluster (100 bytes a partition): once a second is below 1 MB/s at 10,000 partitions, and only while something changes. */
export const METADATA_SAVE_MS = 1_000;
/** A few bytes and their sync take milliseconds; a tenth of a session's time for a disk that is busy. */
export const VERSION_WRITE_MS_MAX = 300;

/** A coordinator that rebuilds its store waits ten seconds for other brokers, longer while too few are there; a dead one is not waited for. */
export const REPORT_WAIT_MS_MAX = 30_000;

/** A week, as storage systems do: every byte is read before a second copy of it is likely to go bad, at a rate that nobody feels. */
export const SCRUB_INTERVAL_MS_DEFAULT = 604_800_000;
/** A tenth of what a cheap disk reads in sequence: 10 TB a week. */
export const SCRUB_BYTES_PER_SECOND_DEFAULT = 16_777_216;
/** A damaged segment that no replica could give is asked for again: a broker may be back. */
export const REPAIR_AGAIN_MS = 10_000;
/** One piece of a segment from another replica. */
export const REPAIR_ANSWER_MS = 10_000;

/** A disk that answers no sync for so long is as good as none for its leaders: more than a slow one takes under load, less than clients wait. */
export const DISK_STALL_MS = 5_000;

/** A partition that could not be opened or led for lack of room is tried again: room comes back without a word. */
export const DISK_FULL_AGAIN_MS = 1_000;
/** A full disk refuses thousands of appends a second: it is told this often. */
export const DISK_FULL_TOLD_MS = 10_000;
/** How often the disk's free space is asked for: one call of the operating system. */
export const DISK_LOOK_MS = 1_000;
/** After a refused write the disk counts as full for so long, whatever it says of itself. */
export const DISK_FULL_HELD_MS = 10_000;
/** What a disk keeps free for epochs, checkpoints and offsets: more than 10,000 partitions write of these before somebody comes. */
export const DISK_RESERVE_BYTES_DEFAULT = 67_108_864;
/** A small disk is not given up to its reserve. */
export const DISK_RESERVE_SHARE_MAX = 0.05;

/** Producers whose ended transactions are counted one by one; forgetting is safe: a verification under way is refused and repeated. */
export const ENDED_PRODUCERS_MAX = 10_000;
/** Forgetting is safe here too: late markers are then judged by the log alone, as after a restart. */
export const OPEN_TRANSACTIONS_MAX = 10_000;
