import type { JobDefinition, RecordDecoding, SourceDescriptor } from "@millrace/model";
import { DStream } from "./dstream.ts";
import { GraphBuilder } from "./graph-builder.ts";

/** Streams that a program builds and runs by hand, piece by piece: `collect()` hands what leads to a stream to `run`. */
export class HandRun {
  readonly #graph: GraphBuilder;

  constructor(run: (definition: JobDefinition) => Promise<void>) {
    this.#graph = new GraphBuilder("by-hand", {}, run);
  }

  /** A stream from a source that `run` knows by this name; `records`: it gives records of a log, which are decoded so. */
  source<T>(name: string, records?: RecordDecoding): DStream<T> {
    if (records !== undefined)
      return this.#stream<T>({ type: "connector", connector: name, options: {}, splits: 1, promise: "exactly-once", records });
    return this.#stream<T>({
      type: "topic",
      topic: name,
      value: { format: "json" },
      elements: "value",
      start: "earliest",
      until: "latest",
      onBadRecord: "fail",
    });
  }

  #stream<T>(source: SourceDescriptor): DStream<T> {
    return new DStream<T>(this.#graph, this.#graph.add({ spec: { kind: "source", source } }));
  }
}
