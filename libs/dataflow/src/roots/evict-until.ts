import type { BatchContext } from "../operators/environment.ts";

/** Time up to which an operator closes and forgets in this batch: wm(t), or everything when bounded input ends; undefined before there is a watermark. */
export function evictUntil(batch: BatchContext, operatorId: string): number | undefined {
  return batch.final ? Infinity : batch.watermarksOf(operatorId).evictMs;
}
