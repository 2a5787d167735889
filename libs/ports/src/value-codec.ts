/** Values of user code as bytes and back, for state and shuffle blocks. Keeps undefined, null, bigint, Date, Map, Set, bytes, NaN and -0. */
export interface ValueCodec {
  /** The result is the caller's to keep. */
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}
