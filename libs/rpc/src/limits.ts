/**
 * Bounds of the transport. Relations: a message fits the retry-free send path at once (it is the unit of flow), the window holds several
 * typical payloads, and what a slow peer can make us keep per stream is about STREAM_PENDING_BYTES_MAX + FLOW_WINDOW_BYTES + one message.
 */

/** Largest message either way. A fetch answers at most 50 MiB by default and a job bundle at most 16 MiB; the rest is room. */
export const MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

/** HTTP/2 window per stream and connection. 64 KiB (the default) halves the rate of 64 KiB payloads; above 4 MiB nothing is gained. */
export const FLOW_WINDOW_BYTES = 4 * 1024 * 1024;

/** Bytes of a stream that may wait to be sent, or received and not yet read, before its source is paused. */
export const STREAM_PENDING_BYTES_MAX = 1024 * 1024;

/** The same in messages: small ones cost objects, not bytes. */
export const STREAM_PENDING_MESSAGES_MAX = 16;

/** Messages that a server stream reads ahead of its handler: one being worked on, one at hand. */
export const SERVER_READ_AHEAD_MESSAGES = 2;

/** Deadline of a unary call that names none: longer than any long poll, short enough that a lost peer is noticed. */
export const UNARY_TIMEOUT_MS = 30_000;

/** How often a connection with calls is probed, and how long the answer may take: a cut link shows within 10 s; user code may block a worker for some. */
export const KEEPALIVE_INTERVAL_MS = 3_000;
export const KEEPALIVE_TIMEOUT_MS = 7_000;

/**
 * How long calls wait for a connection: longer than a name's look-up, a lost first packet (sent again after 1 s) and a handshake on a busy machine, shorter than a fail-over may take.
 * What was sent into the void is not sent again to whoever has the name now: only another connection gets there.
 */
export const CONNECT_TIMEOUT_MS = 2_000;
/** Of attempts in a row, on a machine that has no time. A pod that is replaced is away for ten seconds, and an attempt of that time ends so long after it is back: no longer than a fail-over. */
export const CONNECT_TIMEOUT_MS_MAX = 4_000;

/** Reconnecting: the first attempt soon (a restarted broker is back within a second), at most this far apart. */
export const RECONNECT_DELAY_MS_MIN = 100;
export const RECONNECT_DELAY_MS_MAX = 2_000;

/** A pod that starts again has another address under its name. The library's 30 s between two look-ups would be 30 s without that peer. */
export const RESOLVE_INTERVAL_MS_MIN = 1_000;

/** Length of texts in error trailers: they travel as HTTP/2 headers, of which peers take 16 KiB in all. */
export const ERROR_MESSAGE_LENGTH_MAX = 2_048;
export const ERROR_CONTEXT_LENGTH_MAX = 512;
export const ERROR_CONTEXT_ENTRIES_MAX = 16;
