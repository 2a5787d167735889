import { type CallNames, type CallPosition, positionIn } from "@millrace/dataflow";
import type { WorkerExit } from "@millrace/ports";

/** Which user function a worker was in, and on which record, when it ended without a word; undefined: none, or nobody watched. */
export function lastCallOf({ watched }: WorkerExit): CallPosition | undefined {
  if (watched === undefined) return undefined;
  try {
    return positionIn(watched.bytes, JSON.parse(watched.legend) as CallNames);
  } catch {
    return undefined; // cut off while it was written
  }
}
