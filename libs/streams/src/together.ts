import { Batch } from "./batch.ts";
import { DStream } from "./dstream.ts";
import { eraseFunction } from "./erase.ts";
import type { GraphBuilder } from "./graph-builder.ts";
import { draftsOf } from "./several-streams.ts";

/** Elements of all streams, in order of the streams. */
export function unionOf<T, Time = unknown>(graph: GraphBuilder, streams: readonly DStream<T, Time>[]): DStream<T, Time> {
  return new DStream<T, Time>(graph, graph.add({ spec: { kind: "union" }, parents: draftsOf(graph, streams.map(DStream.parts), "union") }));
}

/** A stream whose batch is what `f` makes of the batches of the others at the same time. */
export function transformOf<U>(
  graph: GraphBuilder,
  streams: readonly DStream<unknown>[],
  f: (lists: readonly (readonly unknown[])[], time: number) => Batch<U>,
): DStream<U> {
  const functions = {
    f: eraseFunction((lists: readonly (readonly unknown[])[], time: number): readonly U[] | undefined => {
      const result: unknown = f(lists, time); // plain JavaScript may give nothing back
      return result instanceof Batch ? (result as Batch<U>).collect() : undefined;
    }),
  };
  return new DStream<U>(
    graph,
    graph.add({
      spec: { kind: "transform" },
      parents: draftsOf(graph, streams.map(DStream.parts), "transform"),
      functions,
      hasEventTime: false,
    }),
  );
}
