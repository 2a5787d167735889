import { type JobDefinition, nameOfSource } from "@millrace/model";
import { type BatchSource, type LogBatchSource, NO_VALUE_FORMATS, type ValueFormats } from "@millrace/ports";
import { type DStream, HandRun } from "@millrace/streams";
import { type LocalPartition, LocalRuntime } from "./local-runtime.ts";

export interface LocalContextOptions {
  /** For records of a log in formats that need a library (avro, msgpack, protobuf); absent: those are refused. */
  readonly formats?: ValueFormats;
}

/**
 * Where batches run by hand begin: in a program, a test or a REPL. `ctx.batch(source).map(…).reduceByKey(…).collect()` reads the source once, to its end,
 * and gives what a job with these operators gives on it: the same plan and operators, in this process.
 */
export class LocalContext {
  readonly #streams = new HandRun((definition) => this.#run(definition));
  readonly #sources = new Map<string, BatchSource<unknown>>();
  readonly #formats: ValueFormats;

  constructor({ formats = NO_VALUE_FORMATS }: LocalContextOptions = {}) {
    this.#formats = formats;
  }

  /** A stream of bounded input: of a source, of records of a log, or of elements at hand. */
  batch<T>(source: BatchSource<T> | LogBatchSource<T> | Iterable<T>): DStream<T> {
    const name = `batch-${this.#sources.size + 1}`;
    this.#sources.set(name, "partitions" in source ? source : listSource(source));
    return this.#streams.source<T>(name, "records" in source ? source.records : undefined);
  }

  async #run(definition: JobDefinition): Promise<void> {
    const input = new Map<string, readonly LocalPartition[]>();
    for (const operator of definition.graph.operators) {
      if (operator.kind !== "source") continue;
      const partitions = await this.#sources.get(nameOfSource(operator.source))?.partitions();
      input.set(operator.id, partitions?.map((partition) => partition.read()) ?? []);
    }
    const counts = new Map(Array.from(input, ([id, partitions]) => [id, partitions.length]));
    const runtime = new LocalRuntime(definition, { partitions: counts, zeroTimeMs: 0, formats: this.#formats });
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
export function localContext(options: LocalContextOptions = {}): LocalContext {
  return new LocalContext(options);
}
