import { assert } from "@millrace/stdx";
import { COMMIT_BYTES_MAX, COMMIT_CHANGES_MAX } from "@millrace/ports";

export const COMMITS_WAITING_MAX = 10_000; // at 1,000 commits a second a caller waits ten seconds: longer than its deadline
export const COMMIT_BACKOFF_MS_MIN = 20; // a restarting Redis answers again within tens of milliseconds
export const COMMIT_BACKOFF_MS_MAX = 500; // six tries a lease; the end of the term bounds them all
export const CLUSTER_COMMIT_BYTES_MAX = 8 * 1024 * 1024; // half of what a commit may hold: keys and framing never tip it over
export const CLUSTER_CHANGES_MAX = COMMIT_CHANGES_MAX - 1; // one is left for the version of the metadata
export const EXECUTOR_COMMANDS_QUEUED_MAX = 4_096; // some jobs × workers × commands of one turn; more means that it reads nothing
export const EXECUTORS_MAX = 1_000; // as many as brokers
export const STOP_DEADLINE_MS = 2_000; // calls end with their term; this is for answers on their way
export const RENEWALS_MAX = 10; // tries of one lease's length where the store does not answer: a third of a second apart, a restart of it is not much longer
export const LEASE_STRETCH_MAX = 2; // of a process that gets no time: whoever waits for its successor waits 6 s instead of 3 s, no longer
export const LEASE_STRAIN_SHARE = 0.1; // of the lease: 300 ms late is no chance any more, a collection of garbage takes tens
export const LEASE_STRAIN_KEPT = 0.8; // from one look to the next, a second apart: seconds of lateness are forgotten in ten
/** Terms whose versions the store remembers: what brokers have seen of older ones is compared with the newest version alone. */
export const TERMS_KEPT_MAX = 256;
/** How long a new term waits for brokers before it decides who leads, and how long one of them waits for its answer meanwhile: less than it takes for silence. */
export const WITNESS_WAIT_MS = 6_000;
export const WITNESS_ANSWER_MS = 2_000;
export const REBUILD_WAIT_MS = 10_000; // brokers that live come back within a second or two; a restart takes some more
export const REBUILD_LOOK_MS = 100; // a rebuild is seconds: a tenth of one is not felt
export const REBUILD_WARN_MS = 10_000; // while it waits for brokers, somebody has to hear of it
export const REBUILD_COMMIT_MS = 30_000; // a store that takes no writes for so long leaves the rebuild to the next term
export const ELECTION_WAIT_MS = 10_000; // replicas of a partition without a leader, beyond those that must be there: as long as a rebuild waits
export const LEADERLESS_LOOK_MS = 500; // brokers that restart come one after another
export const LEADERLESS_WARN_MS = 60_000; // somebody has to hear of it, not every second
export const LEADERLESS_ASKED_MAX = 20_000; // as many as a broker may hold; the rest is asked for in the next look
export const LOGS_ANSWER_MS = 3_000; // as long as a session may be silent

assert(CLUSTER_COMMIT_BYTES_MAX < COMMIT_BYTES_MAX, "cluster commits must fit into a commit");
