/** LMDB's bound for its page size of 4 KiB is 1,978 bytes. */
export const KEY_BYTES_MAX = 1_900;

/** Changes kept back and written in one transaction: a transaction costs some 10 µs, one put in it about 1 µs. Some 2 MB of 500 B rows. */
export const PENDING_CHANGES_MAX = 4_096;

/** Entries read at once while a range is walked; between pages writes may come. */
export const PAGE_ENTRIES = 512;

/** Address space for the map; the file grows with what is written. State of one worker beyond that is refused by LMDB, and the worker ends. */
export const MAP_BYTES_MAX = 64 * 1024 * 1024 * 1024;
