import type { Emit, OperatorEnvironment } from "./environment.ts";

/** The event-time operator of one source task: gives elements their time and remembers the greatest of the batch. */
export interface EventTimeOperator {
  readonly emit: Emit;
  /** Greatest time since the last call; undefined if there was no record. */
  takeMax(): number | undefined;
}

/**
 * `time` of an element, or the record's timestamp. What has no finite time is dropped and counted (semantics §10.2). A time beyond `aheadMaxMs` after the
 * batch's counts as that much only, towards the watermark: one bad clock must not close every window.
 */
export function eventTimeOperator(environment: OperatorEnvironment, next: Emit, aheadMaxMs: number): EventTimeOperator {
  const timeOf = environment.optional("time");
  const call = environment.call("time");
  const { batch, counts } = environment;
  let max = -Infinity;
  return {
    emit(value, recordTime) {
      let time: unknown = recordTime;
      if (timeOf !== undefined) {
        call.enter();
        try {
          time = timeOf(value);
        } catch (error) {
          environment.fail("time", error);
        }
      }
      if (typeof time !== "number" || !Number.isFinite(time)) {
        counts.lateRecords++;
        return;
      }
      if (time > max) max = time;
      next(value, time);
    },
    takeMax() {
      if (max === -Infinity) return undefined;
      const taken = Math.min(max, batch.timeMs + aheadMaxMs);
      max = -Infinity;
      return taken;
    },
  };
}
