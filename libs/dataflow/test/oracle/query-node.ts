import type { DStream, milliseconds, Timed } from "@millrace/streams";
import type { Column, QueryOperator, Row } from "./query-case.ts";
import { compares, indexIn, timeOfValue } from "./query-rows.ts";

export type Rows = DStream<Row>;

/** A window as a column holds it, or a time. */
export interface TimeColumn {
  readonly name: string;
  readonly watermark: boolean;
}

/** A stream of rows while the query is translated. */
export interface Node {
  readonly columns: readonly Column[];
  readonly stream: Rows;
  /** Column whose time the elements carry; undefined: none yet. */
  readonly time?: TimeColumn | undefined;
  /** A watermark that stands above what is still to come below it: Spark moves filters before it. */
  readonly pending?: { readonly column: string; readonly delayMs: number } | undefined;
  /** Rows of a fixed table. */
  readonly rows?: readonly Row[];
  /** Windows of `addWindow`, by column. */
  readonly windows?: ReadonlyMap<
    string,
    { readonly column: string; readonly sizeMs: number; readonly slideMs: number; readonly startMs: number }
  >;
}

/** A node whose elements are known to carry an event time. */
export type TimedNode = Omit<Node, "stream"> & { readonly stream: DStream<Row, Timed> };

export function timed(node: Node, column: string, delayMs: number | "none"): DStream<Row, Timed> {
  const index = indexIn(node.columns)(column);
  const timeOf = (row: Row): number => timeOfValue(row[index]);
  return node.stream.withEventTime(timeOf, {
    watermark: delayMs === "none" ? "none" : (delayMs as ReturnType<typeof milliseconds>),
  });
}

/** With its watermark in place. */
export function settled(node: Node): Node {
  if (node.pending === undefined) return node;
  const { column, delayMs } = node.pending;
  return { ...node, pending: undefined, stream: timed(node, column, delayMs), time: { name: column, watermark: true } };
}

/** With the event time that an operator on this column needs; without a watermark if the query gives none. */
export function onTime(node: Node, column: string): TimedNode {
  const ready = settled(node);
  if (ready.time !== undefined) return ready as TimedNode;
  return { ...ready, stream: timed(ready, column, "none"), time: { name: column, watermark: false } };
}

export function filtered(input: Node, { column = "", cmp = "", value }: Pick<QueryOperator, "column" | "cmp" | "value">): Node {
  const index = indexIn(input.columns)(column);
  const passes = (row: Row): boolean => compares(row[index], cmp, value);
  const before = input.pending?.column === column ? settled(input) : input;
  return { ...before, stream: before.stream.filter(passes) };
}
