import type { RecordDecoding } from "@millrace/model";
import type { LogRecord } from "./stream-source.ts";

/**
 * Bounded input of batches run by hand: one interface for built-in sources and for those of third parties, held by the contract suite
 * `describeBatchSourceContract` of the test kit.
 */
export interface BatchSource<T> {
  /** What people see. */
  readonly name: string;
  /** The parts that can be read independently; the same ones, in the same order, as long as the data does not change. May be none. */
  partitions(): Promise<readonly BatchPartition<T>[]>;
}

/** One part of bounded input. */
export interface BatchPartition<T> {
  /** What people see: a file, a range. */
  readonly name: string;
  /**
   * All elements in their order, in lists of a size that fits into memory. Each call begins anew and gives the same. Errors are AppErrors that say where the data
   * is damaged (`corrupt`) or why it cannot be reached (`unavailable`, `not-found`).
   */
  read(): AsyncIterable<readonly T[]>;
}

/** Bounded input of the records of a log: the stream carries what decoding makes of them, each with its own time. */
export interface LogBatchSource<T> {
  readonly name: string;
  readonly records: RecordDecoding;
  /** Type only: what decoding gives. */
  readonly decoded?: () => T;
  partitions(): Promise<readonly BatchPartition<LogRecord>[]>;
}
