import { canonicalKey } from "@millrace/model";
import type { BlockWriter } from "../shuffle/block-writer.ts";
import type { OperatorEnvironment } from "./environment.ts";
import { gapOf, type LateRule, lateRuleOf } from "./late-rule.ts";
import { asPair } from "./pair.ts";
import type { EndingOperator } from "./partition.ts";

/**
 * Sending end of an edge by key that moves every element with its event time. What comes too late for the receiver, or has no event time where it needs one, is
 * counted here, raw, and dropped. `dropDuplicates` moves whole elements under the key that its function gives; sessions with a gap of their own move
 * [value, gap].
 */
export function timedSender(
  environment: OperatorEnvironment,
  writer: BlockWriter,
  options: { readonly takesAll?: boolean } = {},
): EndingOperator {
  const { counts, operator } = environment;
  const isLate: LateRule = options.takesAll === true ? () => "open" : lateRuleOf(environment);
  const partsOf = partsReader(environment);
  return {
    emit(element, time) {
      counts.recordsIn++;
      const verdict = isLate(element, time);
      if (verdict !== "open") {
        if (verdict !== "outside") counts.lateRecords++;
        return;
      }
      const [key, value] = partsOf(element, time);
      // A row without a key finds no partner; it is kept under null.
      const own = key === undefined && operator.kind === "joinWithin" ? null : key;
      writer.addNumbered(canonicalKey(own), own, value, time);
    },
    end: () => writer.flush(),
  };
}

function partsReader(environment: OperatorEnvironment): (element: unknown, time: number) => readonly [unknown, unknown] {
  const { operator } = environment;
  if (operator.kind === "dropDuplicates") {
    const keyOf = environment.required("key");
    const withTime = operator.until === "eventTime";
    return (element, time) => {
      try {
        return [withTime ? [keyOf(element), time] : keyOf(element), element];
      } catch (error) {
        environment.fail("key", error);
      }
    };
  }
  if (operator.kind === "aggregateBySession" && operator.gapMs === undefined) {
    const gap = gapOf(environment);
    return (element) => {
      const [key, value] = asPair(element, operator.id);
      return [key, [value, gap(element)]];
    };
  }
  return (element) => asPair(element, operator.id);
}

/** `late`: the elements of the stream that a sibling drops because they come too late. */
export function lateOperator(
  of: OperatorEnvironment,
  own: OperatorEnvironment,
  next: (value: unknown, time: number) => void,
): (value: unknown, time: number) => void {
  const isLate = lateRuleOf(of);
  return (element, time) => {
    if (isLate(element, time) !== "late") return;
    own.counts.recordsOut++;
    next(element, time);
  };
}
