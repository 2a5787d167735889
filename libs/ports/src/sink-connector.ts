/**
 * Where a job's output can go beside topics of its own cluster: one interface for built-in sinks and for those of third parties, held by the
 * contract suite `describeSinkContract` of the test kit. The rule that makes output exactly once (DESIGN idea 5): a slot's records of a batch
 * and its mark, which names that batch, become durable and visible together or not at all.
 */
export interface SinkConnector {
  /**
   * Takes the slots over: fences whoever wrote them under a lower job epoch, waits until the last attempt of that writer is known to be in or
   * out, and reads the marks. Rejects with an AppError of kind `fenced` if a higher epoch has them, `invalid` for options that cannot work,
   * else `unavailable` or `retry`.
   */
  open(slots: SinkSlots): Promise<SinkWriter>;
}

/** Slots of one sink that one worker writes, and as whom. A slot's records come from one worker at a time. */
export interface SinkSlots {
  readonly jobId: string;
  /** New when a job starts without its former output's marks: marks of other incarnations mean nothing to it. */
  readonly incarnation: number;
  /** Rises with each attempt; writers of lower ones must be unable to commit. */
  readonly jobEpoch: number;
  /** Operator id. */
  readonly sink: string;
  readonly slots: readonly number[];
}

/** The last batch whose output of a slot is out, and the digest of its recorded plan. */
export interface SinkSlotMark {
  readonly batch: number;
  readonly digest: string;
}

/** One record of output. */
export interface SinkOutput {
  readonly slot: number;
  /** The element, or what the sink's `value` function made of it. Not to be changed. */
  readonly element: unknown;
  /** Encoded, if the sink has serdes; else null. */
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestampMs: number;
  /** What the sink's `partition` function said; "" without one. */
  readonly partition: string;
}

/** Writes the slots of one worker, one batch after the other. After any error it is broken and its worker ends. */
export interface SinkWriter {
  /** Marks as they were at `open`; slots without one are absent. */
  readonly marks: ReadonlyMap<number, SinkSlotMark>;
  /** Takes a record of the batch that the next `commit` ends. Must not block; what it buffers is bounded by `ready`. */
  write(output: SinkOutput): void;
  /** Resolves when there is room for more; undefined when there is now. Called every few records. */
  ready(): Promise<void> | undefined;
  /**
   * Makes the records written since the last commit visible together with a mark for each of these slots: for all slots at once, or slot by slot
   * where the target has no transaction over them. Rejects with kind `fenced` if a higher epoch has a slot: then nothing of that slot is out.
   */
  commit(batch: SinkSlotMark & { readonly slots: readonly number[] }): Promise<void>;
  /** Frees connections. What was not committed is dropped. */
  close(): Promise<void>;
}
