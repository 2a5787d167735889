import type { OperatorNode } from "@millrace/model";
import { describeDuration } from "./describe-duration.ts";

/** What an operator keeps between batches and what bounds it; undefined if it keeps nothing. */
export function describeState(operator: OperatorNode): string | undefined {
  switch (operator.kind) {
    case "window":
      return `the records of the last ${describeDuration(operator.windowMs)}, on the tasks that read them`;
    case "updateStateByKey":
      return "a value per live key; every one is visited in every batch; a key goes when the function returns undefined";
    case "mapWithState":
      return operator.timeoutMs === undefined
        ? "a value per live key; a key goes when the function removes its state"
        : "a value per live key; a key goes when its state is removed, or when it has been idle";
    case "reduceByKeyAndWindow":
      if (!operator.inverse) return `a value per key and batch of the last ${describeDuration(operator.windowMs)}`;
      if (operator.oneKey === true) return `one value, and one per batch of the last ${describeDuration(operator.windowMs)}`;
      return operator.filtered ? "a value per key in the window" : "a value per key ever seen: UNBOUNDED";
    case "aggregateByTimeWindow": {
      const panes = Math.ceil(operator.window.sizeMs / operator.window.slideMs);
      const times = panes === 1 ? "" : ` (an element is in ${panes})`;
      const end = operator.mode === "complete" ? "a window never goes" : "a window goes when the watermark passes its end";
      return `an accumulator per key and open window${times}; ${end}`;
    }
    default:
      return describeKeyedState(operator);
  }
}

function describeKeyedState(operator: OperatorNode): string | undefined {
  switch (operator.kind) {
    case "aggregateBySession":
      return `an accumulator per key and open session; a session ${operator.mode === "complete" ? "never goes" : "goes when the watermark passes its end"}`;
    case "aggregateByKey":
      return `an accumulator per key${operator.ttlMs === undefined ? " ever seen" : `; a key goes ${describeDuration(operator.ttlMs)} after its last record`}`;
    case "dropDuplicates":
      if (operator.until !== "ever") return "each key until the watermark has passed it";
      return operator.ttlMs === undefined ? "each key ever seen" : `each key for ${describeDuration(operator.ttlMs)}`;
    case "joinWithin":
      return operator.bounds === undefined
        ? "every row of both sides"
        : "rows of both sides that the watermark says may still find a partner";
    case "joinTable":
      return operator.asOf === "batch"
        ? "the last value per key of the table"
        : "values per key of the table since the watermark, and elements that are ahead of it";
    case "mapGroupsWithState":
      return "a value per live key; a key goes when its function removes the state";
    case "process":
      return "variables and timers per key; a key goes when its last variable and timer do";
    case "limit":
      return "how many elements have passed";
    default:
      return undefined;
  }
}
