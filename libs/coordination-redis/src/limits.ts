export const OUTCOMES_MAX = 1_024; // writes of a coordinator are serialized: a retry comes at most a few requests late
export const KEY_LENGTH_MAX = 500; // ours are ASCII and short; a bound keeps scripts quick
export const PAGE_ENTRIES_MAX = 500; // one page of a listing holds the single-threaded server for about a millisecond
export const PAGE_BYTES_MAX = 4 * 1024 * 1024; // and its answer stays below what a slow link sends in a command time-out
export const ATTEMPT_MS_MAX = 5_000; // one attempt to connect: a pod that went away answers nothing at all, and its successor has another address
export const RECONNECT_MS_MIN = 50;
export const RECONNECT_MS_MAX = 1_000; // later: for ever, once a second; callers fail by time-out meanwhile
export const SETTINGS_CHECK_MS = 3_600_000; // someone may change them on the running server
