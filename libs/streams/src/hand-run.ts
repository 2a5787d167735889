import type { JobDefinition } from "@millrace/model";
import { DStream } from "./dstream.ts";
import { GraphBuilder } from "./graph-builder.ts";

/** Streams that a program builds and runs by hand, piece by piece: `collect()` hands what leads to a stream to `run`. */
export class HandRun {
  readonly #graph: GraphBuilder;

  constructor(run: (definition: JobDefinition) => Promise<void>) {
    this.#graph = new GraphBuilder("by-hand", {}, run);
  }

  /** A stream from a source that `run` knows by this name. */
  source<T>(name: string): DStream<T> {
    const source = {
      type: "topic",
      topic: name,
      value: { format: "json" },
      elements: "value",
      start: "earliest",
      until: "latest",
      onBadRecord: "fail",
    } as const;
    return new DStream<T>(this.#graph, this.#graph.add({ spec: { kind: "source", source } }));
  }
}
