export const OUTCOMES_MAX = 1_024; // writes of a coordinator are serialized: a retry comes at most a few requests late
export const KEY_LENGTH_MAX = 500; // LMDB keys end at 1,978 bytes; ours are ASCII and short
export const MAP_BYTES_MAX = 4 * 1024 * 1024 * 1024; // address space, not disk: far above what control state needs
export const FORMAT_VERSION = 1;
