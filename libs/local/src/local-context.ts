import { type JobDefinition, nameOfSource } from "@millrace/model";
import type { BatchSource } from "@millrace/ports";
import { type DStream, HandRun } from "@millrace/streams";
import { type LocalPartition, LocalRuntime } from "./local-runtime.ts";

/**
 * Where batches run by hand begin: in a program, a test or a REPL. `ctx.batch(source).map(…).reduceByKey(…).collect()` reads the source once, to its end,
 * and gives what a job with these operators gives on it: the same plan and operators, in this process.
 */
export class LocalContext {
  readonly #streams = new HandRun((definition) => this.#run(definition));
  readonly #sources = new Map<string, BatchSource<unknown>>();

  /** A stream of bounded input: of a source, or of elements at hand. */
  batch<T>(source: BatchSource<T> | Iterable<T>): DStream<T> {
    const name = `batch-${this.#sources.size + 1}`;
    this.#sources.set(name, "partitions" in source ? source : listSource(source));
    return this.#streams.source<T>(name);
  }

  async #run(definition: JobDefinition): Promise<void> {
    const input = new Map<string, readonly LocalPartition[]>();
    for (const operator of definition.graph.operators) {
      if (operator.kind !== "source") continue;
      const partitions = await this.#sources.get(nameOfSource(operator.source))?.partitions();
      input.set(operator.id, partitions?.map((partition) => partition.read()) ?? []);
    }
    const counts = new Map(Array.from(input, ([id, partitions]) => [id, partitions.length]));
    const runtime = new LocalRuntime(definition, { partitions: counts, zeroTimeMs: 0 });
    await runtime.runBatch(input, { final: true });
  }
}

function listSource<T>(elements: Iterable<T>): BatchSource<T> {
  const list = [...elements];
  return {
    name: "elements at hand",
    partitions: () =>
      Promise.resolve([
        {
          name: "all",
          async *read() {
            yield await Promise.resolve(list);
          },
        },
      ]),
  };
}

/** See `LocalContext`. */
export function localContext(): LocalContext {
  return new LocalContext();
}
