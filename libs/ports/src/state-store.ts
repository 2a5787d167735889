/**
 * Where a worker keeps state that does not fit its memory budget: bytes in order of their keys, on a local disk, lost with the process. Calls are synchronous, since
 * operators are, and a write is seen by the next read. A store that fails throws: the worker ends, and a checkpoint brings the state back.
 */
export interface StateStore {
  /** Longest key that `put` takes. */
  readonly keyBytesMax: number;
  get(key: Uint8Array): Uint8Array | undefined;
  /** Neither is kept after the call. */
  put(key: Uint8Array, value: Uint8Array): void;
  remove(key: Uint8Array): void;
  /** Entries with from ≤ key < to, in order of their bytes; changes made meanwhile may be seen or not. */
  range(from: Uint8Array, to: Uint8Array): Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
  close(): void;
}
