/** Different label sets of one metric. Labels come from small sets (topics, operators); more means a key slipped in, and the rest is dropped. */
export const SERIES_PER_METRIC_MAX = 10_000;

/** Upper bounds of histogram buckets in seconds: from half a millisecond (an append) to ten seconds (a slow batch). */
export const DURATION_BUCKETS: readonly number[] = [0.0005, 0.001, 0.002, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often metrics go out by OTLP. OpenTelemetry's default is 60 s; lag alerts want a closer look. */
export const OTLP_METRICS_INTERVAL_MS = 15_000;

/** How long the last spans and metrics may take to leave when a process stops: a dead collector must not hold it. */
export const TELEMETRY_CLOSE_MS = 2_000;

/** Default time for running work to finish after SIGTERM; Kubernetes' default grace period is 30 s. */
export const DRAIN_MS = 20_000;

/** Beyond the drain deadline, for the stop itself (final syncs, closing files) before the process is cut. */
export const STOP_GRACE_MS = 5_000;

/** Of new traces, where OTEL_TRACES_SAMPLER_ARG does not say another: enough to see, too few to feel. */
export const TRACE_SAMPLE_RATIO_DEFAULT = "0.01";

/** Of traces that begin in a process: the exporter sends 512 spans in 5 s or when so many have come, and drops what its queue of 2,048 cannot hold; a trace with holes helps nobody. */
export const TRACES_PER_SECOND_MAX = 100;

/** They are counted in turns of a tenth of a second each, so that not the first of a second take it all. */
export const TRACE_TURN_MS = 100;
export const TRACES_PER_TURN_MAX = (TRACES_PER_SECOND_MAX * TRACE_TURN_MS) / 1_000;

/** How often files of certificates are looked at: a renewal is an hour or more before the end. */
export const TLS_LOOK_MS = 10_000;
