import { jobError } from "./errors.ts";
import { type GraphBuilder, idOf, type OperatorDraft } from "./graph-builder.ts";

/** A stream as the graph knows it. */
export interface StreamParts {
  readonly graph: GraphBuilder;
  readonly draft: OperatorDraft;
}

/** Operators of streams that are to be read together: of one job and one slide. */
export function draftsOf(graph: GraphBuilder, parts: readonly StreamParts[], kind: string): readonly OperatorDraft[] {
  const first = parts[0];
  if (first === undefined) throw jobError("union-of-nothing", `a ${kind} needs at least one stream`);
  for (const part of parts) {
    const context = { left: idOf(first.draft), right: idOf(part.draft) };
    if (part.graph !== graph)
      throw jobError("different-contexts", `a ${kind} takes streams of one job only: build both from the same ctx`, context);
    if (part.draft.slideMs !== first.draft.slideMs) {
      const message = `a ${kind} takes streams of one slide: window both to the same slide first`;
      throw jobError("different-slides", message, { ...context, leftSlideMs: first.draft.slideMs, rightSlideMs: part.draft.slideMs });
    }
  }
  return parts.map((part) => part.draft);
}
