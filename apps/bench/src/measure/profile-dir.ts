/** Where processes of a cluster that is profiled write what they saw. */
export const PROFILE_DIR_ENV = "MILLRACE_BENCH_PROFILE_DIR";
