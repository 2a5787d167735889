import { canonicalKey, type OperatorNode } from "@millrace/model";
import { KeyIndex } from "../keys/key-index.ts";
import type { BlockWriter } from "../shuffle/block-writer.ts";
import type { OperatorEnvironment } from "./environment.ts";
import { paneFate } from "./late-rule.ts";
import { asPair } from "./pair.ts";
import type { EndingOperator } from "./partition.ts";
import { TimePanes } from "./time-panes.ts";

/** A pane of the batch: its accumulators, or why its records do not count. */
interface Pane {
  readonly fate: "open" | "late" | "outside";
  readonly index: KeyIndex;
  /** Keys and accumulators by number. */
  readonly keys: unknown[];
  readonly values: unknown[];
}

/**
 * Sending end of `aggregateByTimeWindow`: adds values up per (key, pane) before they are moved. A record all of whose windows have closed (end ≤ wm(t-1)) is
 * late: counted here, raw, and dropped. One that lies between windows (slide above size) is in none, and not late.
 */
export function paneSender(
  environment: OperatorEnvironment<OperatorNode & { kind: "aggregateByTimeWindow" }>,
  writer: BlockWriter,
): EndingOperator {
  const { operator, counts, batch } = environment;
  const panes = new TimePanes(operator.window);
  const init = environment.required("init");
  const add = environment.required("add");
  const open = new Map<number, Pane>();
  // The pane of the last record: most records of a batch fall into few.
  let lastStart = Infinity;
  let lastEnd = -Infinity;
  let lastPane = createPane("outside");

  function moveTo(time: number): void {
    const index = panes.paneOf(time);
    lastStart = panes.paneStart(index);
    lastEnd = panes.paneStart(index + 1);
    const known = open.get(index);
    lastPane = known ?? createPane(paneFate(panes, index, { operator, lateMs: batch.watermarksOf(operator.id).lateMs }));
    if (known === undefined) open.set(index, lastPane);
  }

  return {
    emit(element, time) {
      counts.recordsIn++;
      const pair = asPair(element, operator.id);
      if (!(time >= lastStart && time < lastEnd)) {
        if (!Number.isFinite(time)) {
          counts.lateRecords++;
          return;
        }
        moveTo(time);
      }
      if (lastPane.fate !== "open") {
        if (lastPane.fate === "late") counts.lateRecords++;
        return;
      }
      const { index, keys, values } = lastPane;
      const cell = index.place(canonicalKey(pair[0]));
      try {
        if (cell === keys.length) {
          keys.push(pair[0]);
          values.push(init());
        }
        values[cell] = add(values[cell], pair[1]);
      } catch (error) {
        environment.fail("add", error);
      }
    },
    end() {
      for (const [number, { index, keys, values }] of open)
        for (let cell = 0; cell < keys.length; cell++) writer.addToBucket(index.bucketOf(cell), keys[cell], values[cell], number);
      open.clear();
      lastStart = Infinity;
      lastEnd = -Infinity;
      writer.flush();
    },
  };
}

function createPane(fate: Pane["fate"]): Pane {
  return { fate, index: new KeyIndex(), keys: [], values: [] };
}
