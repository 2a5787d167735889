import type { JobGraph, OperatorNode } from "@millrace/model";
import { checkDuration } from "./check-structure.ts";
import { planError } from "./errors.ts";

/** Batch-time slide of each stream: the batch interval, or what a window above says. Refuses windows that are not made of whole batches. */
export function slidesOf(graph: JobGraph): ReadonlyMap<string, number> {
  const slides = new Map<string, number>();
  const slideOf = (id: string | undefined): number => slides.get(id ?? "") ?? graph.settings.batchIntervalMs;
  for (const operator of graph.operators) {
    const parentSlideMs = slideOf(operator.parents[0]);
    if (operator.parents.length > 1) checkEqualSlides(operator, slides);
    if (operator.kind === "window" || operator.kind === "reduceByKeyAndWindow") {
      checkMultiple(operator.id, { windowMs: operator.windowMs, slideMs: operator.slideMs, parentSlideMs });
      slides.set(operator.id, operator.slideMs);
    } else {
      slides.set(operator.id, parentSlideMs);
    }
  }
  return slides;
}

function checkMultiple(
  operator: string,
  sizes: { readonly windowMs: number; readonly slideMs: number; readonly parentSlideMs: number },
): void {
  for (const setting of ["windowMs", "slideMs"] as const) {
    const value = sizes[setting];
    checkDuration(operator, setting, { value, min: 1 });
    if (value % sizes.parentSlideMs === 0) continue;
    const message = "window and slide must be multiples of the slide of the stream below them: change them or the job's batch interval";
    throw planError("window-not-multiple", message, { operator, [setting]: value, parentSlideMs: sizes.parentSlideMs });
  }
}

function checkEqualSlides(operator: OperatorNode, slides: ReadonlyMap<string, number>): void {
  const [first, ...others] = operator.parents.map((parent) => slides.get(parent));
  const different = others.find((slide) => slide !== first);
  if (different === undefined) return;
  const message = `a ${operator.kind} takes streams of one slide: window them to the same slide first`;
  throw planError("different-slides", message, { operator: operator.id, slideMs: first, otherSlideMs: different });
}
