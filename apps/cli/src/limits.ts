/** A cluster that does not answer for this long is reported: people wait at a prompt. Long enough for a coordinator to be replaced. */
export const CLUSTER_RETRY_MS = 10_000;

/** `doctor` wants to say what is wrong, not to wait until it is right. */
export const DOCTOR_RETRY_MS = 2_000;

/** A job module only connects sources to outputs: one that takes longer to build than this waits for something it should not. */
export const JOB_BUILD_MS_MAX = 20_000;

/** The coordinator stores a job in one commit of at most 16 MiB; the graph and base64 or framing need room beside the bundle. */
export const BUNDLE_BYTES_MAX = 8 * 1024 * 1024;

/** The compiler on one module with its imports; a hundredfold of what it takes. */
export const TYPE_CHECK_MS_MAX = 60_000;

/** Longest line that `produce` reads as one record: a record batch must hold it. */
export const LINE_BYTES_MAX = 1_048_576;

/** Progress lines a second: more only flickers. */
export const PROGRESS_INTERVAL_MS = 250;

/** Job errors or type errors shown before the rest is only counted. */
export const ERRORS_SHOWN_MAX = 20;

/** The services of `dev` find each other on one machine within a second; a slow disk recovers a large log first. */
export const DEV_READY_MS = 60_000;

/** `dev` is stopped by someone who waits at the prompt. */
export const DEV_DRAIN_MS = 5_000;

/** How often `broker drain` and `broker add` look at how far they are. */
export const MOVES_POLL_MS = 500;

/** `job rescale` waits so long: workers start within 30 s or are tried again 30 s later, and what runs longer needs somebody to look. */
export const RESCALE_WAIT_MS_MAX = 120_000;

/** How often `consume` looks up from waiting; records come at once. */
export const CONSUME_POLL_MS = 1_000;

/** `perf` reports like Kafka's tools, each five seconds. */
export const PERF_REPORT_MS = 5_000;

/** Records of `perf produce` are taken from so many random ones, so that making them costs nothing. */
export const PERF_PAYLOADS = 1_000;

/** After so many records `perf produce` lets answers in: 512 of 1 KiB are 2 ms at 250 MB/s. */
export const PERF_TURN_RECORDS = 512;

/** A record that is stored and not read for so long is an outage, not a latency. */
export const PERF_LATENCY_WAIT_MS = 60_000;
