import { CUSTOM_CONNECTOR, type SourcePromise } from "@millrace/model";
import type { StreamSource } from "@millrace/ports";
import type { Source } from "./kafka.ts";

/** How a source of the job's own is read. */
export interface CustomSourceOptions {
  /** Parts that are read independently, a task each, fixed for the life of the job. Default: 1. */
  readonly splits?: number;
  /** What the source promises of a range that was read before: to give it again (default), or that its records may be gone then. */
  readonly promise?: SourcePromise;
  /** Steps of its position that a batch takes of one split at most. Default: what the job can take. */
  readonly stepsPerBatchMax?: number;
  /** Data for people and planners. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/**
 * A source whose code is in the job's module: `source` is called once per worker and gives what opens splits, says what there is to read and reads ranges of it
 * (`StreamSource`; what it must promise is held by `describeStreamSourceContract` of `@millrace/testkit`).
 */
export function customSource<T>(source: () => StreamSource<T>, how: CustomSourceOptions = {}): Source<T> {
  const { splits = 1, promise = "exactly-once", options = {}, stepsPerBatchMax } = how;
  const bound = stepsPerBatchMax === undefined ? {} : { stepsPerBatchMax };
  return { source: { type: "connector", connector: CUSTOM_CONNECTOR, options, splits, promise, ...bound }, functions: { source } };
}
