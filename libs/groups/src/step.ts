import type { ProducerEpoch, ProducerId, TimestampMs } from "@millrace/model";
import type { Correlation } from "./event.ts";
import type { EncodedRecord } from "./record-codec.ts";
import type { GroupResponse } from "./response.ts";
import type { GroupTimer } from "./timer.ts";

/** Something for the node to do, in the order of the list. */
export type GroupEffect =
  | { readonly kind: "answer"; readonly correlation: Correlation; readonly response: GroupResponse }
  /**
   * Append these as one batch behind all earlier ones, with the producer if there is one (a transactional batch); then send `appended` when it is committed
   * or `appendFailed`.
   */
  | {
      readonly kind: "append";
      readonly appendId: number;
      readonly records: readonly EncodedRecord[];
      readonly producer: { readonly producerId: ProducerId; readonly producerEpoch: ProducerEpoch } | undefined;
    }
  | { readonly kind: "setTimer"; readonly timer: GroupTimer; readonly atMs: TimestampMs }
  | { readonly kind: "cancelTimer"; readonly timer: GroupTimer };

/** What follows from one event. Answers that depend on records come with the step of their `appended`. */
export interface GroupStep {
  readonly effects: readonly GroupEffect[];
}
