import type { TimeWindowDescriptor } from "@millrace/model";
import { jobError } from "./errors.ts";
import { idOf, type OperatorDraft } from "./graph-builder.ts";
import type { Duration } from "./duration.ts";

/** Batch-time windows are made of whole batches of their parent: refuses other sizes. */
export function checkBatchWindow(parent: OperatorDraft, window: { readonly windowMs: number; readonly slideMs: number }): void {
  for (const [what, ms] of Object.entries(window)) {
    checkDuration(ms, `${what.replace("Ms", "")} after ${idOf(parent)}`);
    if (ms % parent.slideMs === 0) continue;
    const message = "window and slide must be multiples of the slide of the stream below them: change them or the job's batchInterval";
    throw jobError("window-not-multiple", message, { parent: idOf(parent), [what]: ms, parentSlideMs: parent.slideMs });
  }
}

/** Plain JavaScript may pass anything as a duration. */
export function checkDuration(ms: number, where: string): void {
  if (Number.isSafeInteger(ms) && ms >= 1) return;
  const message =
    "a duration must be a whole number of milliseconds of at least 1: use milliseconds(), seconds(), minutes(), hours() or days()";
  throw jobError("invalid-duration", message, { where, value: String(ms) });
}

/** Event-time windows: tumbling, or sliding by a step of their own; both aligned to 1970 UTC plus an offset shorter than the slide. */
export type TimeWindowSpec =
  | { readonly tumbling: Duration; readonly offset?: number }
  | { readonly sliding: { readonly size: Duration; readonly slide: Duration }; readonly offset?: number };

/** Descriptor of an event-time window, checked. */
export function timeWindow(spec: TimeWindowSpec, where: string): TimeWindowDescriptor {
  const sizeMs = "tumbling" in spec ? spec.tumbling : spec.sliding.size;
  const slideMs = "tumbling" in spec ? spec.tumbling : spec.sliding.slide;
  const offsetMs = spec.offset ?? 0;
  checkDuration(sizeMs, `${where} window size`);
  checkDuration(slideMs, `${where} window slide`);
  if (!Number.isSafeInteger(offsetMs) || Math.abs(offsetMs) >= slideMs) {
    const message = "a window's offset must be whole milliseconds and shorter than its slide";
    throw jobError("invalid-operator-setting", message, { operator: where, offsetMs, slideMs });
  }
  return { sizeMs, slideMs, offsetMs };
}
