import { canonicalKey, type CanonicalKey, type OperatorNode } from "@millrace/model";
import type { BlockWriter } from "../shuffle/block-writer.ts";
import type { OperatorEnvironment } from "./environment.ts";
import { paneFate } from "./late-rule.ts";
import { asPair } from "./pair.ts";
import type { EndingOperator } from "./partition.ts";
import type { KeyedCell } from "./senders.ts";
import { TimePanes } from "./time-panes.ts";

/** A pane of the batch: its accumulators, or why its records do not count. */
interface Pane {
  readonly fate: "open" | "late" | "outside";
  readonly cells: Map<CanonicalKey, KeyedCell>;
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
  let lastPane: Pane = { fate: "outside", cells: new Map() };

  function moveTo(time: number): void {
    const index = panes.paneOf(time);
    lastStart = panes.paneStart(index);
    lastEnd = panes.paneStart(index + 1);
    const known = open.get(index);
    lastPane = known ?? { fate: paneFate(panes, index, { operator, lateMs: batch.watermarksOf(operator.id).lateMs }), cells: new Map() };
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
      const canonical = canonicalKey(pair[0]);
      let cell = lastPane.cells.get(canonical);
      try {
        if (cell === undefined) {
          cell = { key: pair[0], value: init() };
          lastPane.cells.set(canonical, cell);
        }
        cell.value = add(cell.value, pair[1]);
      } catch (error) {
        environment.fail("add", error);
      }
    },
    end() {
      for (const [index, pane] of open)
        for (const [canonical, cell] of pane.cells) writer.addNumbered(canonical, cell.key, cell.value, index);
      open.clear();
      lastStart = Infinity;
      lastEnd = -Infinity;
      writer.flush();
    },
  };
}
