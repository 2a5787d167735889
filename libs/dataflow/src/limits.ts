/** Rows of a shuffle block that is not combined: ~ 100 B rows make a 400 KB message, and a batch of 200,000 records 50 blocks. */
export const BLOCK_ROWS_MAX = 4_096;

/** Rows of a combined block: accumulators may be bigger than records. */
export const COMBINED_BLOCK_ROWS_MAX = 2_048;

/** Slots of an empty table of keys: a window of a batch often has a few keys only. */
export const KEY_INDEX_SLOTS_MIN = 16; // a power of two: the hash is masked

/** Places looked at for a key before it goes to a `Map`: at most half of the table is taken, so that honest keys stay far below (one in 10^9 at 32). */
export const KEY_PROBES_MAX = 32;

/** Distinct short strings that a source decoder remembers, direct-mapped: 4,096 entries of ~ 100 B are 400 KB per source task. */
export const INTERNED_STRINGS_MAX = 4_096; // a power of two: the hash is masked

/** Longest string that is remembered; longer ones repeat too rarely. */
export const INTERNED_LENGTH_MAX = 32;

/** Texts of a source after which it is seen whether at least half of them were known; else so many are read without remembering them: a hash of each costs more than its text. */
export const INTERNED_SAMPLE = 512;
export const INTERNED_PAUSE = 32_768;

/** Records of one shape after which code is made for it: making it costs about as much as reading a hundred of them gains. */
export const GENERATED_AFTER_RECORDS = 256;

/** Fields of a record up to which code is made for its shape. */
export const GENERATED_FIELDS_MAX = 100;

/** Misses in a row after which a JSON decoder stops learning record shapes for a while: the records have no common shape. */
export const SHAPE_MISSES_MAX = 16;

/** Records decoded whole before it tries to learn a shape again. */
export const SHAPE_PAUSE_RECORDS = 1_024;

/** Tasks in one stage, so that (stage, task) fits a state part's task index: ordinal · this + task. */
export const STAGE_TASKS_MAX = 100_000;

/** Panes of a sliding window: size / gcd(size, slide). More would cost that many merges per key and result. */
export const WINDOW_PANES_MAX = 100_000;

/** Memory that texts of sink records share: ~ 2,000 records of 100 B per allocation; what one kept record can hold back. */
export const TEXT_SLAB_BYTES = 256 * 1024;

/** Values looked at to estimate what one entry of state weighs; of a bigger one the rest is taken to be alike. */
export const ESTIMATE_NODES_MAX = 256;

/** One `set` in so many is weighed: the mean is what counts. */
export const WEIGHED_ONE_IN = 32; // a power of two: the count is masked

/** Of an entry beside its key and value: a slot of a hash table, an object of six fields, the key's primitive. */
export const ENTRY_OVERHEAD_BYTES = 160;

/** Of a timer: slots of two hash tables. */
export const TIMER_OVERHEAD_BYTES = 96;

/** Share of the memory budget that is left after state was moved to the store: below 1, or every row would move something. */
export const RELIEVED_SHARE = 0.8;

/** Entries walked through between two looks at the memory budget. */
export const WALK_ENTRIES = 4_096;

/** Rows of one chunk of a checkpoint, and about its bytes: what is encoded at once. */
export const CHUNK_ROWS_MAX = 4_096;
export const CHUNK_BYTES = 256 * 1024;

/** Rows looked at for one query of state: what a worker may be kept from its next batch for, ~ 50 ms in memory. */
export const STATE_QUERY_ROWS_MAX = 100_000;

/** Characters of one answer to such a query, of each worker: eight of a hundred workers at once are 200 MB in the coordinator at the very most. */
export const STATE_ANSWER_CHARS_MAX = 256 * 1024;

/** A value that is estimated larger is not shown: it would be all of an answer. */
export const STATE_VALUE_BYTES_MAX = 64 * 1024;
