/** An answer serves all questions of so long: an autoscaler asks for each of its metrics by itself, and every 15 s. */
export const ANSWER_FRESH_MS = 2_000;
/** Groups that are looked at when a question names none; beyond, it must: each costs a call. */
export const GROUPS_MAX = 200;
/** Positions in one question to a broker, which takes so many. */
export const POSITIONS_PER_CALL_MAX = 10_000;
/** An API server gives up after some ten seconds: what came too late is of no use. */
export const CALL_TIMEOUT_MS = 5_000;
/** How often the API server's authority is read again. */
export const AUTHORITY_REFRESH_MS = 10 * 60_000;
/** Of a query string: a selector with all the groups that one may name. */
export const URL_BYTES_MAX = 16_384;
/** Open connections: the API server keeps a few. */
export const CONNECTIONS_MAX = 256;
