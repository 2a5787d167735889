import { type DStream, milliseconds, type Pair, pair, type TimeJoinType } from "@millrace/streams";
import type { QueryOperator, QueryRange, Row } from "./query-case.ts";
import { filtered, type Node, onTime, settled, type TimedNode } from "./query-node.ts";
import { compares, indexIn, keyOfRow } from "./query-rows.ts";

const JOIN_TYPES: Readonly<Record<string, TimeJoinType>> = {
  inner: "inner",
  left_outer: "left-outer",
  right_outer: "right-outer",
  full_outer: "full-outer",
  left_semi: "left-semi",
};
/** Far enough for a bound that a query does not give. */
const UNBOUNDED_MS = 1e15;

export interface Sides {
  readonly left: Node;
  readonly right: Node;
}

/** A range condition with the left side's column on its left. */
function oriented({ left, cmp, right, plusMs = 0 }: QueryRange, sides: Sides): QueryRange & { readonly plusMs: number } {
  if (sides.left.columns.some(([name]) => name === left)) return { left, cmp, right, plusMs };
  const turned = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" }[cmp] ?? cmp;
  return { left: right, cmp: turned, right: left, plusMs: -plusMs };
}

function boundsOf(
  range: readonly QueryRange[],
  sides: Sides,
): { readonly before: number; readonly after: number; readonly leftTime: string; readonly rightTime: string } | undefined {
  const isTime = ({ columns }: Node, name: string): boolean => columns.find(([own]) => own === name)?.[1] === "timestamp";
  const times = range.map((one) => oriented(one, sides)).filter((one) => isTime(sides.left, one.left) && isTime(sides.right, one.right));
  const [first] = times;
  if (first === undefined) return undefined;
  let low = -UNBOUNDED_MS;
  let high = UNBOUNDED_MS;
  for (const { cmp, plusMs } of times) {
    if (cmp.startsWith(">") || cmp.startsWith("=")) low = Math.max(low, plusMs);
    if (cmp.startsWith("<") || cmp.startsWith("=")) high = Math.min(high, plusMs);
  }
  // low <= lt - rt <= high: the right time lies from lt - high to lt - low.
  return { before: high, after: -low, leftTime: first.left, rightTime: first.right };
}

/** All conditions again, row by row: strict bounds, and what is not about time. */
function whereOf(range: readonly QueryRange[], left: Node, right: Node): ((l: Row, r: Row) => boolean) | undefined {
  if (range.length === 0) return undefined;
  const conditions = range.map((one) => {
    const { left: l, cmp, right: r, plusMs } = oriented(one, { left, right });
    return { leftIndex: indexIn(left.columns)(l), rightIndex: indexIn(right.columns)(r), cmp, plusMs };
  });
  return (l, r) =>
    conditions.every(
      ({ leftIndex, rightIndex, cmp, plusMs }) =>
        (r[rightIndex] ?? null) !== null && compares(l[leftIndex], cmp, Number(r[rightIndex]) + plusMs),
    );
}

export function joinStatic(operator: QueryOperator, { left, right }: Sides): Node {
  const { on = [], type = "inner" } = operator;
  const isLeftStatic = left.rows !== undefined;
  const stream = settled(isLeftStatic ? right : left);
  const table = isLeftStatic ? left : right;
  const pairs = on.map(([l, r]) => (isLeftStatic ? pair(r, l) : pair(l, r)));
  const keyOf = (node: Node, names: readonly string[]): ((row: Row) => unknown) => {
    const indexes = names.map(indexIn(node.columns));
    return (row) => keyOfRow(row, indexes);
  };
  const streamKey = keyOf(
    stream,
    pairs.map(([name]) => name),
  );
  const tableKey = keyOf(
    table,
    pairs.map(([, name]) => name),
  );
  const kind = { inner: "inner", left_outer: "left-outer", right_outer: "left-outer", left_semi: "left-semi", left_anti: "left-anti" }[
    type
  ];
  if (kind === undefined || (type === "right_outer") !== (isLeftStatic && type !== "inner"))
    throw new Error(`cannot run: a ${type} join with a static ${isLeftStatic ? "left" : "right"} side`);
  const rows = (table.rows ?? []).map((row) => pair(tableKey(row), row)).filter(([key]) => key !== null);
  const keyed = stream.stream.map((row) => pair(streamKey(row), row));
  if (kind === "left-semi" || kind === "left-anti")
    return { ...stream, stream: keyed.joinStatic(rows, { type: kind }).map(([, row]) => row) };
  const nothing = table.columns.map(() => null);
  const joined = keyed
    .joinStatic(rows, { type: kind as "left-outer" })
    .map(([, [row, found]]): Row => (isLeftStatic ? [...(found ?? nothing), ...row] : [...row, ...(found ?? nothing)]));
  const columns = isLeftStatic ? [...table.columns, ...stream.columns] : [...stream.columns, ...table.columns];
  return { ...stream, columns, stream: joined };
}

export function joinStreams(operator: QueryOperator, { left: leftGiven, right: rightGiven }: Sides, query: readonly QueryOperator[]): Node {
  const { on = [], range = [], type = "inner", id } = operator;
  const joinType = JOIN_TYPES[type];
  if (joinType === undefined) throw new Error(`cannot run: a join of type ${type}`);
  const windowPair = on.find(([l, r]) => leftGiven.windows?.has(l) === true && rightGiven.windows?.has(r) === true);
  const timePair = on.find(([l, r]) => l === timeOf(leftGiven) && r === timeOf(rightGiven));
  const equal = on.filter((names) => names !== windowPair && names !== timePair);
  // Spark lets rows that cannot match fall before they reach the watermark, on sides that are not preserved.
  const withKeys = (node: Node, names: readonly string[]): Node =>
    names.reduce((input, column) => filtered(input, { column, cmp: "notNull" }), node);
  const leftKept = ["left_outer", "full_outer"].includes(type);
  const rightKept = ["right_outer", "full_outer"].includes(type);
  const leftNames = equal.map(([l]) => l);
  const rightNames = equal.map(([, r]) => r);
  const bounds = boundsOf(range, { left: leftGiven, right: rightGiven });
  const prepared = (node: Node, names: readonly string[], column: string | undefined): TimedNode => {
    const input = names.length === 0 ? node : withKeys(node, names);
    return column === undefined ? (settled(input) as TimedNode) : onTime(input, column);
  };
  const windowDef = windowPair === undefined ? undefined : leftGiven.windows?.get(windowPair[0]);
  const windowRight = windowPair === undefined ? undefined : rightGiven.windows?.get(windowPair[1]);
  const left = prepared(leftGiven, leftKept ? [] : leftNames, bounds?.leftTime ?? windowDef?.column ?? timePair?.[0]);
  const right = prepared(rightGiven, rightKept ? [] : rightNames, bounds?.rightTime ?? windowRight?.column ?? timePair?.[1]);
  const leftIndexes = leftNames.map(indexIn(left.columns));
  const rightIndexes = rightNames.map(indexIn(right.columns));
  const leftPairs = left.stream.map((row) => pair(keyOfRow(row, leftIndexes), row));
  const rightPairs = right.stream.map((row) => pair(keyOfRow(row, rightIndexes), row));
  const wanted = timeWanted(id, { left, right }, query);
  const where = whereOf(range, left, right);
  const time = wanted === "right" ? { time: "right" as const } : {};
  const options = boundsOption(windowDef, bounds, timePair !== undefined);
  const isTimed = left.time?.watermark === true && right.time?.watermark === true;
  const timed = wanted === "right" ? right.time : left.time;
  const ofLeft = left.columns.map(() => null);
  const ofRight = right.columns.map(() => null);
  const shared = { type: joinType, where, unbounded: true, ...time };
  // Without bounds the types of the API leave inner only; the planner must refuse the others.
  const joined = (options === undefined
    ? leftPairs.joinWithin(rightPairs, shared as never)
    : leftPairs.joinWithin(rightPairs, { ...shared, ...options } as never)
  ).named(id) as unknown as DStream<Pair<unknown, Pair<Row | undefined, Row | undefined>>>;
  if (joinType === "left-semi") return { ...left, stream: joined.map(([, row]) => row as unknown as Row) };
  return {
    columns: [...left.columns, ...right.columns],
    stream: joined.map(([, [l, r]]) => [...(l ?? ofLeft), ...(r ?? ofRight)]),
    time: isTimed ? timed : undefined,
    windows: new Map([...(left.windows ?? []), ...(right.windows ?? [])]),
  };
}

/** Which side's time those use that come after a join. */
function timeWanted(id: string, { left, right }: Sides, query: readonly QueryOperator[]): "left" | "right" {
  const names = (node: Node): readonly string[] => node.columns.map(([name]) => name);
  for (const operator of query) {
    if (operator.in !== id) continue;
    const column = operator.window?.column ?? operator.session?.column ?? (operator.op === "addWindow" ? operator.column : undefined);
    if (column !== undefined) return names(right).includes(column) && !names(left).includes(column) ? "right" : "left";
    const chosen =
      operator.op === "select"
        ? (operator.columns ?? []).map((one) => (typeof one === "string" ? one : (one as readonly string[])[0]))
        : undefined;
    if (chosen !== undefined && right.time !== undefined && chosen.includes(right.time.name) && !chosen.includes(left.time?.name))
      return "right";
  }
  return "left";
}

type WindowDef = { readonly sizeMs: number; readonly slideMs: number; readonly startMs: number } | undefined;

function boundsOption(window: WindowDef, bounds: ReturnType<typeof boundsOf>, sameTime: boolean): object | undefined {
  if (sameTime) return { sameTime };
  if (window === undefined) return bounds === undefined ? undefined : { before: bounds.before, after: bounds.after };
  return { window: { sliding: { size: milliseconds(window.sizeMs), slide: milliseconds(window.slideMs) }, offset: window.startMs } };
}

/** The column of a node's watermark, in place or still to be placed. */
function timeOf(node: Node): string | undefined {
  return node.pending?.column ?? (node.time?.watermark === true ? node.time.name : undefined);
}
