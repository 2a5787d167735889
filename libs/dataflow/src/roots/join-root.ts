import { canonicalKey, type CanonicalKey, type JoinSides, type OperatorNode } from "@millrace/model";
import type { Emit, OperatorEnvironment } from "../operators/environment.ts";
import type { Rows } from "../shuffle/rows.ts";
import type { RootOperator } from "./root.ts";

interface BothSides {
  readonly key: unknown;
  readonly left: unknown[];
  readonly right: unknown[];
}

type JoiningNode = OperatorNode & { kind: "join" | "cogroup" };

/**
 * `cogroup` and the joins: one batch of each parent by key, keys in order of first appearance, values in order of (source task, record). A stream
 * joined with itself comes over one edge and counts on both sides.
 */
export function joinRoot(environment: OperatorEnvironment<JoiningNode>): RootOperator {
  const { operator, counts, batch } = environment;
  const [leftParent, rightParent] = operator.parents;
  let keys = new Map<CanonicalKey, BothSides>();

  function sidesOf(key: unknown): BothSides {
    const canonical = canonicalKey(key);
    let both = keys.get(canonical);
    if (both === undefined) keys.set(canonical, (both = { key, left: [], right: [] }));
    return both;
  }

  return {
    receive(rows: Rows, from: string) {
      for (let index = 0; index < rows.values.length; index++) {
        const both = sidesOf(rows.keys[index]);
        if (from === leftParent) both.left.push(rows.values[index]);
        if (from === rightParent) both.right.push(rows.values[index]);
      }
    },
    endBatch(emit: Emit) {
      const joined = keys;
      keys = new Map();
      if (!batch.isPresent(operator.id)) return;
      for (const both of joined.values()) {
        if (operator.kind === "cogroup") {
          counts.recordsOut++;
          emit([both.key, [both.left, both.right]], NaN);
          continue;
        }
        const { left, right } = filled(both, operator.sides);
        for (const one of left) {
          for (const other of right) {
            counts.recordsOut++;
            emit([both.key, [one, other]], NaN);
          }
        }
      }
    },
  };
}

const ABSENT: readonly unknown[] = [undefined];

/** The lists whose cross product the join yields: an outer join has one absent value for a side without any. */
function filled(both: BothSides, sides: JoinSides): { readonly left: readonly unknown[]; readonly right: readonly unknown[] } {
  const left = both.left.length === 0 && (sides === "right-outer" || sides === "full-outer") ? ABSENT : both.left;
  const right = both.right.length === 0 && (sides === "left-outer" || sides === "full-outer") ? ABSENT : both.right;
  return { left, right };
}
