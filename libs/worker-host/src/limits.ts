/** Lines of stderr kept of a worker for its epitaph: a stack trace and what led to it. */
export const STDERR_LINES_MAX = 40;
export const STDERR_LINE_CHARS_MAX = 500;
/** Unsent messages to a worker that does not read: commands are few and small, so this many means that it hangs. */
export const UNSENT_MESSAGES_MAX = 1_000;
/** Bundles kept on disk; older ones are removed when another is stored. */
export const BUNDLES_MAX = 50;
/** How often a worker says that its event loop goes round. */
export const ALIVE_INTERVAL_MS = 500;
/** How often the memory of a worker that says where it is is copied. */
export const WATCH_INTERVAL_MS = 100;
/** Silence after which a worker is taken to hang: far beyond what a batch computes without a turn of the event loop, short enough to notice an endless loop. */
export const SILENCE_MS_MAX_DEFAULT = 60_000;
