/** Held of a file until it is sent: one part of an upload in parts, of which S3 takes at least 5 MiB. A smaller file is one request. */
export const UPLOAD_PART_BYTES = 8 * 1024 * 1024;

/** What S3 takes of one file: 78 GiB at the size above, a hundred times what a task of a job keeps. */
export const UPLOAD_PARTS_MAX = 10_000;

/** Pages of a thousand names each that a listing follows: a job has some dozen files per task. */
export const LIST_PAGES_MAX = 100;

/** Tries of one request, the first among them; the client waits longer and longer between them, at most 20 s. */
export const REQUEST_ATTEMPTS_MAX = 4;

/** A server that accepts a connection and says nothing is given up then. */
export const REQUEST_TIMEOUT_MS = 30_000;
export const CONNECT_TIMEOUT_MS = 5_000;
