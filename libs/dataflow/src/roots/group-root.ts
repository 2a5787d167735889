import { canonicalKey, type CanonicalKey } from "@millrace/model";
import type { OperatorEnvironment } from "../operators/environment.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { RootOperator } from "./root.ts";

export interface Group {
  readonly key: unknown;
  readonly values: unknown[];
}

/** Values of one batch by key, in order of (source task, record); keys in order of first appearance. */
export class Grouping {
  #groups = new Map<CanonicalKey, Group>();

  receive(rows: Rows): void {
    const { keys, values } = rows;
    for (let index = 0; index < values.length; index++) {
      const key = keys[index];
      const canonical = canonicalKey(key);
      const group = this.#groups.get(canonical);
      if (group === undefined) this.#groups.set(canonical, { key, values: [values[index]] });
      else group.values.push(values[index]);
    }
  }

  take(): Map<CanonicalKey, Group> {
    const taken = this.#groups;
    this.#groups = new Map();
    return taken;
  }
}

/** `groupByKey`: [key, values] per key of the batch. */
export function groupRoot(environment: OperatorEnvironment): RootOperator {
  const grouping = new Grouping();
  return {
    receive: (rows) => grouping.receive(rows),
    endBatch(emit) {
      for (const group of grouping.take().values()) {
        environment.counts.recordsOut++;
        emit([group.key, group.values], NaN);
      }
    },
  };
}
