/** A way into the product for bytes that it did not write. */
export interface FuzzTarget {
  /** Short, for the command line: `kafka-request-00-produce`. */
  readonly name: string;
  /** Makes ready; called once per run of the target. */
  open(): Promise<OpenTarget> | OpenTarget;
}

export interface OpenTarget {
  /** What is mutated: bytes as they are right. */
  readonly corpus: readonly Uint8Array[];
  /** Takes bytes made from a corpus entry. Returns if they were taken or refused as they should be; throws what is wrong. */
  run(bytes: Uint8Array, entry: number): void | Promise<void>;
  close?(): Promise<void>;
}
